using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Contracts.Warnings;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Warnings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Warnings;

/// <summary>
/// Takes waiting batches, and those whose runner has died, and carries every row to a case: matched by certificate, then by name and village. The case's id
/// follows from person, type and batch number, so neither a repeat after a crash nor the same file sent twice doubles a warning.
/// </summary>
public sealed partial class WarningWorker(IWarningBatches batches, IGrainFactory grains, IRegions regions, TimeProvider clock, ILogger<WarningWorker> log) : BackgroundService
{
    private const int AtOnce = 32, RowsAtOnce = 256;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2), Silence = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await batches.TakeAsync(Silence, stoppingToken) is { } batch)
                {
                    await RunAsync(batch, stoppingToken);
                    continue;
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogStopped(fault); // taken up again once it is silent
            }
            await Task.Delay(LookEvery, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(WarningBatch batch, CancellationToken ct)
    {
        while (await batches.WaitingAsync(batch.Id, RowsAtOnce, ct) is { Count: > 0 } rows)
            if (!await batches.SaveAsync(batch, await CarryAsync(batch, rows, ct), ct)) return;
        await batches.SaveAsync(batch with { FinishedAt = clock.GetUtcNow() }, [], ct);
    }

    private async Task<List<WarningRow>> CarryAsync(WarningBatch batch, IReadOnlyList<WarningRow> rows, CancellationToken ct)
    {
        var certain = await batches.ByCertificateAsync([.. rows.Select(r => r.Warning!.IdNumber).Distinct()], ct);
        var unknown = rows.Where(r => !certain.ContainsKey(r.Warning!.IdNumber) && IsVillage(r.Region)).Select(r => new NamedPerson(r.Warning!.Name, r.Region)).Distinct().ToList();
        var named = await batches.ByNameAsync(unknown, ct);
        var done = new List<WarningRow>(rows.Count);
        // Two rows about one person must not race for the same case: the first in the file has it.
        foreach (var chunk in rows.GroupBy(r => WarningCase.Of(r.Warning!)).Chunk(AtOnce))
            foreach (var group in await Task.WhenAll(chunk.Select(async g =>
                     {
                         var carried = new List<WarningRow>();
                         foreach (var row in g.OrderBy(r => r.Row)) carried.Add(await CarryAsync(batch, row, certain, named));
                         return carried;
                     }))) done.AddRange(group);
        return done;
    }

    private async Task<WarningRow> CarryAsync(
        WarningBatch batch, WarningRow row, IReadOnlyDictionary<string, (string Code, string Village)> certain, IReadOnlyDictionary<NamedPerson, (string Code, string Village)> named)
    {
        var warning = row.Warning!;
        if (!certain.TryGetValue(warning.IdNumber, out var match) && !named.TryGetValue(new NamedPerson(warning.Name, row.Region), out match))
            return row with { Outcome = WarningOutcome.Unmatched, Region = CountyOf(row.Region) ?? batch.Region };
        var key = WarningCase.Of(warning);
        var answer = await grains.Case(key).ExecuteAsync(new CaseCommand
        {
            CommandId = WarningCase.CommandOf(batch.Id, row.Row), Actor = CaseActor.Officer(batch.Actor with { Region = batch.Region }),
            Change = new ReceiveWarning { Village = match.Village, HouseholdCode = match.Code, Warning = warning },
        });
        if (answer.Errors.Count == 0)
            return row with { Outcome = answer.Step == CaseSteps.WarningDone ? WarningOutcome.Removed : WarningOutcome.Opened, Region = match.Village, Household = match.Code, CaseId = key.Id };
        return answer.Errors[0].Code == CaseErrors.Exists.Code
            ? row with { Outcome = WarningOutcome.Repeated, Region = match.Village, Household = match.Code, CaseId = key.Id }
            : row with { Outcome = WarningOutcome.Rejected, Region = CountyOf(row.Region) ?? batch.Region, Reason = answer.Errors[0].Code };
    }

    private bool IsVillage(string region) => regions.Tree.Find(region)?.Level == RegionLevel.Village;

    private string? CountyOf(string region) =>
        RegionCode.TryParse(region, out var code) ? regions.Tree.PathTo(code).FirstOrDefault(r => r.Level == RegionLevel.County)?.Code.ToString() : null;

    [LoggerMessage(Level = LogLevel.Error, Message = "a batch of warnings stopped; it will be taken up again")]
    private partial void LogStopped(Exception fault);
}

public static class WarningWork
{
    public static IServiceCollection AddWarningWork(this IServiceCollection services) => services.AddHostedService<WarningWorker>();
}
