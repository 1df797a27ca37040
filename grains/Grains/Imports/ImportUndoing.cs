using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Grains.Imports;

/// <summary>Stage undoing: what the import has written becomes what it was, except where something newer stands in the way.</summary>
public sealed class ImportUndoing(IImportJobs jobs, IImportStaging staging, HouseholdCommands commands, ImportOptions options, TimeProvider clock)
{
    public async Task RunAsync(ImportJob job, CancellationToken ct)
    {
        while (await staging.ToUndoAsync(job.Id, job.ParsedRun, null, options.CommitBatch, ct) is { Count: > 0 } batch)
        {
            var outcomes = await commands.SendAsync(batch, code => (code, HouseholdCommands.Undo(job, code)), OutcomeOf, ct);
            job = job with { Cursor = batch[^1], Attempts = 0, Counts = Add(job.Counts, outcomes) };
            // An undo that was asked for goes on to its end: half of it would be nobody's wish.
            if (await jobs.SaveAsync(job, outcomes, ct) == RunnerOrder.GiveWay) return;
            foreach (var group in outcomes.GroupBy(o => o.Outcome)) ImportMetrics.Settled(group.Key.ToString(), group.Count());
        }
        await jobs.SaveAsync(job with { Stage = ImportStage.Undone, Cursor = null, FinishedAt = clock.GetUtcNow() }, [], ct);
    }

    private static StagedOutcome OutcomeOf(CommandAnswer answer) => answer.Errors.Count > 0 ? StagedOutcome.NotTakenBack : StagedOutcome.TakenBack;

    private static ImportCounts Add(ImportCounts counts, List<(string Code, StagedOutcome Outcome, string? Reason)> outcomes) => counts with
    {
        TakenBack = counts.TakenBack + outcomes.Count(o => o.Outcome == StagedOutcome.TakenBack),
        NotTakenBack = counts.NotTakenBack + outcomes.Count(o => o.Outcome == StagedOutcome.NotTakenBack),
    };
}
