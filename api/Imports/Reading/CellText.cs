using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Api.Imports.Reading;

/// <summary>Takes the text out of an element in pieces, so that a cell of 100 MB is refused before it is in memory.</summary>
internal sealed partial class CellText
{
    private readonly char[] chunk = new char[4096];
    private readonly StringBuilder text = new();

    /// <summary>The text of the element on which the reader stands; afterwards it stands on the end of it.</summary>
    public string Plain(XmlReader xml)
    {
        if (xml.IsEmptyElement) return "";
        text.Clear();
        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth) Append(xml);
        return Unescaped(text.ToString());
    }

    /// <summary>The <c>t</c> parts of a text in runs, without its phonetic guide.</summary>
    public string RichText(XmlReader xml, string end)
    {
        if (xml.IsEmptyElement) return "";
        text.Clear();
        var (depth, inText, inPhonetic) = (xml.Depth, false, false);
        while (xml.Read() && !(xml.Depth == depth && xml.LocalName == end))
        {
            if (xml.NodeType is XmlNodeType.Element or XmlNodeType.EndElement)
            {
                var opens = xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement;
                if (xml.LocalName == "rPh") inPhonetic = opens;
                else if (xml.LocalName == "t") inText = opens;
            }
            else if (inText && !inPhonetic) Append(xml);
        }
        return Unescaped(text.ToString());
    }

    private void Append(XmlReader xml)
    {
        if (xml.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)) return;
        int read;
        while ((read = xml.ReadValueChunk(chunk, 0, chunk.Length)) > 0)
        {
            if (text.Length + read > ImportLimits.CellCharsMax) throw new ImportFileException(ImportErrors.CellTooLarge);
            text.Append(chunk, 0, read);
        }
    }

    /// <summary>Workbooks write characters that XML cannot hold as <c>_x0007_</c>.</summary>
    private static string Unescaped(string value) =>
        !value.Contains("_x", StringComparison.Ordinal) ? value
        : Escape().Replace(value, m => ((char)int.Parse(m.ValueSpan[2..6], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());

    [GeneratedRegex("_x[0-9A-Fa-f]{4}_")]
    private static partial Regex Escape();
}
