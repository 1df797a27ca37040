using System.Globalization;
using System.Xml;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Api.Imports.Reading;

/// <summary>The parts of an xlsx that its sheets refer to: names, shared texts, which styles show dates.</summary>
internal sealed class XlsxWorkbook
{
    private const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string StrictRelationships = "http://purl.oclc.org/ooxml/officeDocument/relationships";
    private readonly GuardedZip zip;
    private readonly ReadingLimits limits;
    private readonly List<(string Name, string Id)> sheets = [];
    private bool dates1904;

    public XlsxWorkbook(GuardedZip zip, ReadingLimits limits)
    {
        (this.zip, this.limits) = (zip, limits);
        ReadWorkbook();
        if (sheets.Count > ImportLimits.SheetsMax) throw new ImportFileException(ImportErrors.TooManySheets);
    }

    public IEnumerable<ISheetRows> Sheets()
    {
        var targets = ReadTargets();
        var texts = ReadSharedTexts();
        var dateStyles = ReadDateStyles();
        foreach (var (name, id) in sheets)
        {
            if (!targets.TryGetValue(id, out var target) || zip.Find(target) is not { } entry) continue;
            using var rows = new XlsxRows(name, zip.Open(entry), texts, dateStyles, dates1904);
            yield return rows;
        }
    }

    internal static XmlReader Xml(Stream part) => XmlReader.Create(part, new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
        CheckCharacters = false, // cells answer for their characters one by one
    });

    private void ReadWorkbook()
    {
        var entry = zip.Find("xl/workbook.xml") ?? throw new ImportFileException(ImportErrors.NotAWorkbook);
        using var xml = Xml(zip.Open(entry));
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element) continue;
            if (xml.LocalName == "workbookPr") dates1904 = xml.GetAttribute("date1904") is "1" or "true";
            if (xml.LocalName != "sheet") continue;
            var id = xml.GetAttribute("id", Relationships) ?? xml.GetAttribute("id", StrictRelationships) ?? "";
            sheets.Add((xml.GetAttribute("name") ?? "", id));
        }
    }

    private Dictionary<string, string> ReadTargets()
    {
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        if (zip.Find("xl/_rels/workbook.xml.rels") is not { } entry) return targets;
        using var xml = Xml(zip.Open(entry));
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "Relationship") continue;
            var target = xml.GetAttribute("Target") ?? "";
            targets[xml.GetAttribute("Id") ?? ""] = target.StartsWith('/') ? target.TrimStart('/') : "xl/" + target;
        }
        return targets;
    }

    private List<string> ReadSharedTexts()
    {
        var texts = new List<string>();
        if (zip.Find("xl/sharedStrings.xml") is not { } entry) return texts;
        using var xml = Xml(zip.Open(entry, limits.SharedTextBytesMax));
        var text = new CellText();
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "si") texts.Add(text.RichText(xml, "si"));
        }
        return texts;
    }

    /// <summary>By the style's place in cellXfs: whether a number in it is shown as a date.</summary>
    private bool[] ReadDateStyles()
    {
        if (zip.Find("xl/styles.xml") is not { } entry) return [];
        var custom = new Dictionary<int, bool>();
        var styles = new List<bool>();
        using var xml = Xml(zip.Open(entry, limits.SharedTextBytesMax));
        var inCells = false;
        while (xml.Read())
        {
            if (xml.LocalName == "cellXfs") inCells = xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement;
            if (xml.NodeType != XmlNodeType.Element) continue;
            if (xml.LocalName == "numFmt") custom[Number(xml.GetAttribute("numFmtId"))] = IsDateFormat(xml.GetAttribute("formatCode") ?? "");
            if (xml.LocalName != "xf" || !inCells) continue;
            var format = Number(xml.GetAttribute("numFmtId"));
            styles.Add(custom.TryGetValue(format, out var date) ? date : IsBuiltInDate(format));
        }
        return [.. styles];
    }

    private static int Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Numbers that Excel gives to dates without spelling them out, the East Asian ones included.</summary>
    private static bool IsBuiltInDate(int format) => format is >= 14 and <= 17 or 22 or >= 27 and <= 31 or 36 or >= 50 and <= 58;

    private static bool IsDateFormat(string code)
    {
        var skipTo = '\0';
        for (var i = 0; i < code.Length; i++)
        {
            var c = code[i];
            if (skipTo != '\0') { if (c == skipTo) skipTo = '\0'; continue; }
            if (c is '"') skipTo = '"';
            else if (c is '[') skipTo = ']';
            else if (c is '\\') i++;
            else if (c is 'y' or 'Y' or 'd' or 'D' or '年' or '日') return true;
        }
        return false;
    }
}
