using FangFanPin.Domain.Imports;

namespace FangFanPin.Grains.Imports;

/// <summary>Stage undoing: what the import has written becomes what it was, except where something newer stands in the way.</summary>
public sealed class ImportUndoing(IImportJobs jobs, IImportStaging staging, HouseholdCommands commands, ImportOptions options, TimeProvider clock)
{
    public async Task RunAsync(ImportJob job, CancellationToken ct)
    {
        // The batch in which a commit broke off may have been written without being on record.
        var doubtful = await staging.ToCommitAsync(job.Id, job.ParsedRun, null, options.CommitBatch, ct);
        if (await UndoAsync(job, [.. doubtful.Select(h => h.Code)], StagedOutcome.AsItWas, ct) is not { } next) return;
        while (await staging.ToUndoAsync(job.Id, job.ParsedRun, null, options.CommitBatch, ct) is { Count: > 0 } batch)
        {
            // An undo that was asked for goes on to its end: half of it would be nobody's wish.
            if (await UndoAsync(next, batch, StagedOutcome.NotTakenBack, ct) is not { } further) return;
            next = further;
        }
        job = next;
        await jobs.SaveAsync(job with { Stage = ImportStage.Undone, Cursor = null, FinishedAt = clock.GetUtcNow() }, [], ct);
    }

    /// <param name="refused">What a refusal means: something newer, or that there was nothing to take back.</param>
    /// <returns>Null when another runner has taken over.</returns>
    private async Task<ImportJob?> UndoAsync(ImportJob job, IReadOnlyList<string> codes, StagedOutcome refused, CancellationToken ct)
    {
        if (codes.Count == 0) return job;
        var outcomes = await commands.SendAsync(codes, code => (code, HouseholdCommands.Undo(job, code)), a => a.Errors.Count > 0 ? refused : StagedOutcome.TakenBack, ct);
        job = job with { Cursor = codes[^1], Attempts = 0, Counts = Add(job.Counts, outcomes) };
        if (await jobs.SaveAsync(job, outcomes, ct) == RunnerOrder.GiveWay) return null;
        foreach (var group in outcomes.GroupBy(o => o.Outcome)) ImportMetrics.Settled(group.Key.ToString(), group.Count());
        return job;
    }

    private static ImportCounts Add(ImportCounts counts, List<(string Code, StagedOutcome Outcome, string? Reason)> outcomes) => counts with
    {
        TakenBack = counts.TakenBack + outcomes.Count(o => o.Outcome == StagedOutcome.TakenBack),
        NotTakenBack = counts.NotTakenBack + outcomes.Count(o => o.Outcome == StagedOutcome.NotTakenBack),
    };
}
