using FangFanPin.Domain.Exports;
using FangFanPin.Domain.Regions;
using Microsoft.Extensions.DependencyInjection;

namespace FangFanPin.Storage.Exports;

public static class ExportStorageRegistration
{
    /// <summary>For every process. Needs an <c>NpgsqlDataSource</c> and an <c>ISealer</c>.</summary>
    public static IServiceCollection AddExportStorage(this IServiceCollection services) => services
        .AddSingleton<IExportJobs, ExportJobStore>()
        .AddKeyedSingleton<IAreaOf, ExportAreas>(AreaKinds.Export);
}

/// <summary>The region of an export, for area rules.</summary>
public sealed class ExportAreas(IExportJobs jobs) : IAreaOf
{
    public async ValueTask<RegionCode?> FindAsync(string id, CancellationToken ct) =>
        Guid.TryParse(id, out var parsed) && await jobs.FindAsync(parsed, ct) is { } job ? RegionCode.Parse(job.Region) : null;
}
