using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Storage.Imports;

/// <summary>The region of an import, for area rules.</summary>
public sealed class ImportAreas(IImportJobs jobs) : IAreaOf
{
    public async ValueTask<RegionCode?> FindAsync(string id, CancellationToken ct) =>
        Guid.TryParse(id, out var parsed) && await jobs.FindAsync(parsed, ct) is { } job ? RegionCode.Parse(job.Region) : null;
}
