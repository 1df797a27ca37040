using FangFanPin.Contracts;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using Orleans.Runtime;

namespace FangFanPin.Grains.Imports;

/// <summary>Sends the commands of a batch of households, some at once, each again when the world fails; a repeat is the same command.</summary>
public sealed class HouseholdCommands(IGrainFactory grains, ImportOptions options)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    public async Task<List<(string Code, StagedOutcome Outcome, string? Reason)>> SendAsync<T>(
        IReadOnlyList<T> batch, Func<T, (string Code, HouseholdCommand Command)> command, Func<CommandAnswer, StagedOutcome> outcome, CancellationToken ct)
    {
        var outcomes = new (string, StagedOutcome, string?)[batch.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.CommandsAtOnce, CancellationToken = ct };
        await Parallel.ForAsync(0, batch.Count, parallel, async (i, _) =>
        {
            var (code, send) = command(batch[i]);
            var answer = await SendAsync(code, send, ct);
            outcomes[i] = (code, outcome(answer), answer.Errors.Count == 0 ? null : answer.Errors[0].Code);
        });
        return [.. outcomes];
    }

    private async Task<CommandAnswer> SendAsync(string code, HouseholdCommand command, CancellationToken ct)
    {
        var grain = grains.Household(code);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await grain.ExecuteAsync(command, CancellationToken.None);
            }
            catch (Exception) when (attempt < options.CommandTriesMax)
            {
                // Whether it was applied nobody knows: the same command id finds out.
                await Task.Delay(FirstPause * (1 << attempt), ct);
            }
        }
    }

    public static HouseholdCommand Commit(ImportJob job, StagedHousehold household) => new()
    {
        CommandId = ImportDecision.CommandIdOf(job.Id, "commit", household.Code),
        ExpectedVersion = null,
        Actor = job.Actor with { Region = job.Region },
        Change = household.Change!,
    };

    public static HouseholdCommand Undo(ImportJob job, string code) => new()
    {
        CommandId = ImportDecision.CommandIdOf(job.Id, "undo", code),
        ExpectedVersion = null,
        Actor = job.Actor with { Region = job.Region },
        Change = new RevertImport { ImportId = job.HistoryId },
    };
}
