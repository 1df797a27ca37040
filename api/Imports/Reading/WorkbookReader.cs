using System.IO.Compression;
using System.Xml;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Api.Imports.Reading;

/// <summary>
/// Reads xlsx, csv, and zips of them, by what is in the file and not by its name. Streams: memory does not grow with the rows. A
/// calculated formula counts as its value; old xls is refused, because its readers need the whole file in memory.
/// </summary>
public sealed class WorkbookReader(ReadingLimits limits) : IWorkbookReader
{
    private static ReadOnlySpan<byte> ZipMagic => "PK\u0003\u0004"u8;
    private static ReadOnlySpan<byte> EmptyZipMagic => "PK\u0005\u0006"u8;
    private static ReadOnlySpan<byte> OleMagic => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

    public IEnumerable<ISheetRows> Open(Stream file, string fileName) => Guarded(OpenAny(file, fileName, nested: false));

    private IEnumerable<ISheetRows> OpenAny(Stream file, string fileName, bool nested)
    {
        var head = new byte[8];
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        var magic = head.AsSpan(0, length);
        if (magic.StartsWith(OleMagic)) throw new ImportFileException(IsEncrypted(file) ? ImportErrors.Encrypted : ImportErrors.OldFormat);
        if (magic.StartsWith(EmptyZipMagic)) throw new ImportFileException(ImportErrors.NotAWorkbook);
        return magic.StartsWith(ZipMagic) ? OpenZip(file, nested) : [new CsvRows(file, NameOf(fileName))];
    }

    private IEnumerable<ISheetRows> OpenZip(Stream file, bool nested)
    {
        using var zip = new GuardedZip(file, limits);
        if (zip.Find("[Content_Types].xml") is not null)
        {
            foreach (var sheet in new XlsxWorkbook(zip, limits).Sheets()) yield return sheet;
            yield break;
        }
        var inner = zip.Entries.Where(IsTable).ToList();
        if (nested || inner.Count == 0) throw new ImportFileException(ImportErrors.NotAWorkbook);
        if (inner.Count > ImportLimits.FilesMax) throw new ImportFileException(ImportErrors.TooManyFiles);
        foreach (var entry in inner)
        {
            using var unpacked = Unpacked(zip, entry);
            foreach (var sheet in OpenAny(unpacked, entry.FullName, nested: true)) yield return sheet;
        }
    }

    /// <summary>A part of a zip can only be read forwards, a workbook needs its end first.</summary>
    private static FileStream Unpacked(GuardedZip zip, ZipArchiveEntry entry)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var temporary = new FileStream(Path.Combine(Path.GetTempPath(), $"ffp-{Guid.NewGuid():N}"), options);
        using (var source = zip.Open(entry)) source.CopyTo(temporary);
        temporary.Position = 0;
        return temporary;
    }

    private static bool IsTable(ZipArchiveEntry entry) =>
        entry.Length > 0 && !entry.FullName.Contains("__MACOSX", StringComparison.Ordinal)
        && (entry.FullName.EndsWith(".xlsx", StringComparison.OrdinalIgnoreCase) || entry.FullName.EndsWith(".csv", StringComparison.OrdinalIgnoreCase));

    private static string NameOf(string fileName) => Path.GetFileNameWithoutExtension(fileName.Replace('\\', '/'));

    /// <summary>A password makes an OLE container with a stream of this name, in UTF-16.</summary>
    private static bool IsEncrypted(Stream file)
    {
        var name = System.Text.Encoding.Unicode.GetBytes("EncryptedPackage");
        var buffer = new byte[1 << 20];
        int kept = 0, read;
        while ((read = file.Read(buffer, kept, buffer.Length - kept)) > 0)
        {
            var span = buffer.AsSpan(0, kept + read);
            if (span.IndexOf(name) >= 0) return true;
            kept = Math.Min(name.Length, span.Length);
            span[^kept..].CopyTo(buffer);
        }
        return false;
    }

    /// <summary>What the unpackers and the XML reader throw on a damaged file becomes the file's fault.</summary>
    private static IEnumerable<ISheetRows> Guarded(IEnumerable<ISheetRows> sheets)
    {
        using var each = Guard(sheets.GetEnumerator);
        while (Guard(each.MoveNext)) yield return new GuardedRows(each.Current);
    }

    private static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or XmlException or EndOfStreamException or NotSupportedException or FormatException or OverflowException)
        {
            throw new ImportFileException(ImportErrors.Damaged);
        }
    }

    private sealed class GuardedRows(ISheetRows inner) : ISheetRows
    {
        private readonly Func<bool> next = inner.Next;

        public string Name => inner.Name;
        public int Row => inner.Row;
        public ReadOnlySpan<SheetCell> Cells => inner.Cells;
        public bool Next() => Guard(next);
    }
}
