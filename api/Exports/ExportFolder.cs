using FangFanPin.Api.Shared;
using FangFanPin.Domain.Exports;

namespace FangFanPin.Api.Exports;

/// <summary>Files of exports, readable by this account of the machine alone: <c>exports/{id}-{run}.xlsx</c>, and <c>.part</c> while being written.</summary>
internal sealed class ExportFolder
{
    private readonly string path;

    public ExportFolder(DataFolder data)
    {
        path = Path.GetFullPath(Path.Combine(data.Path, "exports"));
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string FileOf(ExportJob job) => Path.Combine(path, $"{job.Id:N}-{job.Run}.xlsx");

    public FileStream CreatePart(ExportJob job)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, BufferSize = 256 * 1024 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(PartOf(job), options);
    }

    /// <summary>What runners before have left goes with it.</summary>
    public void Complete(ExportJob job)
    {
        File.Move(PartOf(job), FileOf(job), overwrite: true);
        foreach (var file in Directory.EnumerateFiles(path, $"{job.Id:N}-*").Where(f => f != FileOf(job))) File.Delete(file);
    }

    /// <summary>Whatever this runner has written.</summary>
    public void Discard(ExportJob job)
    {
        File.Delete(PartOf(job));
        File.Delete(FileOf(job));
    }

    /// <summary>Files of every run of an export.</summary>
    public void DeleteAll(Guid id)
    {
        foreach (var file in Directory.EnumerateFiles(path, $"{id:N}-*")) File.Delete(file);
    }

    /// <summary>Ids that files are there of.</summary>
    public IReadOnlyCollection<Guid> Ids() =>
        [.. Directory.EnumerateFiles(path).Select(f => Guid.TryParseExact(Path.GetFileName(f).Split('-')[0], "N", out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty).Distinct()];

    private string PartOf(ExportJob job) => Path.Combine(path, $"{job.Id:N}-{job.Run}.part");
}
