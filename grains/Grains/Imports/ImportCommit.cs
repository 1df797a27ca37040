using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Grains.Imports;

/// <summary>
/// Stage committing: first the new households, then through their grains those that others may hold in memory. A checkpoint after every batch; after a
/// crash the batch of commands under way is sent again, with the same command ids. New households that a crash of the database has taken out of the staging are
/// read from the files again.
/// </summary>
public sealed class ImportCommit(
    IImportJobs jobs, IImportStaging staging, NewHouseholds fresh, ImportParsing parsing, IStoredHouseholds stored, ImportCollisions collisions, HouseholdCommands commands,
    ImportRetention retention, ImportOptions options, TimeProvider clock)
{
    public async Task RunAsync(ImportJob job, CancellationToken ct)
    {
        // The wish to stop may be older than this runner.
        if (await jobs.BeatAsync(job.Id, job.Run, ct) == RunnerOrder.Cancel)
        {
            await StopAsync(job);
            return;
        }
        var (registered, order) = await fresh.RegisterAsync(job, ct);
        if (order == RunnerOrder.GoOn && registered.LeftToRegister > 0)
        {
            if (await parsing.AgainAsync(registered, ct) is not { } again) return;
            (registered, order) = await fresh.RegisterAsync(again, ct);
            if (registered.LeftToRegister > 0 && order == RunnerOrder.GoOn) throw new InvalidOperationException("The staged households were lost again: for the next runner.");
        }
        job = registered;
        if (order == RunnerOrder.Cancel) await StopAsync(job);
        if (order != RunnerOrder.GoOn) return;
        while (await staging.ToCommitAsync(job.Id, job.ParsedRun, job.Cursor, options.CommitBatch, ct) is { Count: > 0 } batch)
        {
            var outcomes = await WriteAsync(job, batch, ct);
            job = job with { Cursor = batch[^1].Code, Attempts = 0, Counts = Add(job.Counts, outcomes) };
            switch (await jobs.SaveAsync(job, outcomes, ct))
            {
                case RunnerOrder.GiveWay: return;
                case RunnerOrder.Cancel:
                    await StopAsync(job);
                    return;
            }
            foreach (var group in outcomes.GroupBy(o => o.Outcome)) ImportMetrics.Settled(group.Key.ToString(), group.Count());
        }
        await jobs.SaveAsync(job with { Stage = ImportStage.Done, Cursor = null, FinishedAt = clock.GetUtcNow() }, [], ct);
    }

    private async Task<List<(string Code, StagedOutcome Outcome, string? Reason)>> WriteAsync(ImportJob job, IReadOnlyList<StagedHousehold> batch, CancellationToken ct)
    {
        await using var hold = await stored.HoldAsync(job.Region, ct);
        var refused = await collisions.FindAsync(job, batch, ct);
        StagedHousehold[] free = [.. batch.Where(h => !refused.ContainsKey(h.Code))];
        var outcomes = await commands.SendAsync(free, h => (h.Code, HouseholdCommands.Commit(job, h)), OutcomeOf, ct);
        return [.. outcomes, .. refused.Select(r => (r.Key, StagedOutcome.Refused, (string?)r.Value))];
    }

    private async Task StopAsync(ImportJob job)
    {
        await jobs.SaveAsync(job with { Stage = ImportStage.Cancelled, FinishedAt = clock.GetUtcNow() }, [], CancellationToken.None);
        await retention.CancelledAsync(job, CancellationToken.None);
    }

    private static StagedOutcome OutcomeOf(CommandAnswer answer) =>
        answer.Errors.Count > 0 ? StagedOutcome.Refused : answer.Changed ? StagedOutcome.Written : StagedOutcome.AsItWas;

    private static ImportCounts Add(ImportCounts counts, List<(string Code, StagedOutcome Outcome, string? Reason)> outcomes) => counts with
    {
        Written = counts.Written + outcomes.Count(o => o.Outcome == StagedOutcome.Written),
        AsTheyWere = counts.AsTheyWere + outcomes.Count(o => o.Outcome == StagedOutcome.AsItWas),
        RefusedAtCommit = counts.RefusedAtCommit + outcomes.Count(o => o.Outcome == StagedOutcome.Refused),
    };
}
