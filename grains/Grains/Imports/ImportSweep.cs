using FangFanPin.Contracts.Imports;
using FangFanPin.Domain.Imports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Imports;

/// <summary>Looks every few seconds, and first when the silo starts, for imports whose runner has died, and wakes them; now and then for what need not be kept any longer.</summary>
public sealed partial class ImportSweep(
    IImportJobs jobs, ImportRetention retention, IGrainFactory grains, ImportOptions options, TimeProvider clock, ILogger<ImportSweep> logger) : BackgroundService
{
    private long? retained;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.SweepEvery);
        do
        {
            try
            {
                foreach (var id in await jobs.SilentAsync(options.Silence, stoppingToken))
                    await grains.GetGrain<IImportGrain>(new ImportKey(id).ToString()).ResumeAsync();
                await RetainAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The database or the cluster is away: the next round asks again.
                SweepFailed(logger, e);
            }
        }
        while (await WaitAsync(timer, stoppingToken));
    }

    private async Task RetainAsync(CancellationToken ct)
    {
        if (retained is { } last && clock.GetElapsedTime(last) < options.RetentionEvery) return;
        await retention.SweepAsync(ct);
        retained = clock.GetTimestamp();
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "looking for silent imports failed")]
    private static partial void SweepFailed(ILogger logger, Exception e);
}
