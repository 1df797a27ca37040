using System.IO.Compression;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Api.Imports.Reading;

/// <summary>A zip whose sizes have been looked at before anything is unpacked.</summary>
internal sealed class GuardedZip : IDisposable
{
    private readonly ZipArchive archive;
    private readonly ReadingLimits limits;

    public GuardedZip(Stream file, ReadingLimits limits)
    {
        this.limits = limits;
        archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        if (archive.Entries.Count > limits.EntriesMax) throw new ImportFileException(ImportErrors.TooLarge);
        if (archive.Entries.Sum(e => Math.Min(e.Length, long.MaxValue >> 13)) > limits.UnpackedBytesMax) throw new ImportFileException(ImportErrors.TooLarge);
        if (archive.Entries.Any(IsBomb)) throw new ImportFileException(ImportErrors.TooLarge);
        if (archive.Entries.Any(e => e.IsEncrypted)) throw new ImportFileException(ImportErrors.Encrypted);
    }

    public IEnumerable<ZipArchiveEntry> Entries => archive.Entries;

    /// <summary>By its name in the package, whatever the case; null when there is none.</summary>
    public ZipArchiveEntry? Find(string name) =>
        archive.Entries.FirstOrDefault(e => string.Equals(e.FullName.TrimStart('/'), name, StringComparison.OrdinalIgnoreCase));

    /// <param name="bytesMax">A bound of its own; the declared size holds anyway.</param>
    public Stream Open(ZipArchiveEntry entry, long? bytesMax = null)
    {
        if (bytesMax is { } most && entry.Length > most) throw new ImportFileException(ImportErrors.TooLarge);
        return new BoundedStream(entry.Open(), entry.Length);
    }

    private bool IsBomb(ZipArchiveEntry entry) =>
        entry.Length > limits.RatioFromBytes && entry.Length / Math.Max(1, entry.CompressedLength) > limits.RatioMax;

    public void Dispose() => archive.Dispose();
}
