using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Storage.Sync;

/// <summary>The embedded source: a folder into which somebody, or another program, puts the national system's exports.</summary>
public sealed class FolderSource(SyncOptions options) : INationalSource
{
    private static readonly string[] Endings = [".csv", ".xlsx", ".zip"];

    public bool IsConfigured => options.Folder.Length > 0;

    public IReadOnlyList<ExtractFile> List()
    {
        if (!Directory.Exists(options.Folder)) return [];
        var found = new DirectoryInfo(options.Folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 })
            .Where(f => Endings.Contains(f.Extension.ToLowerInvariant()) && f.Length > 0 && f.Name[0] is not ('.' or '~'))
            .Select(f => new ExtractFile(Path.GetRelativePath(options.Folder, f.FullName), f.FullName, f.Length, f.LastWriteTimeUtc.Ticks))
            .Take(SyncLimits.FilesMax + 1).OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        return found.Count <= SyncLimits.FilesMax ? found : throw new ImportFileException(ImportErrors.TooManyFiles);
    }

    public Stream Open(ExtractFile file) => new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
}
