using FangFanPin.Domain.Cases;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Cases;

/// <summary>
/// Measures (W4) for households that no approval of ours has made monitored: from an import, the synchronisation, or a hand. The case's id follows from
/// the episode, so that whoever opens it a second time is refused.
/// </summary>
public sealed partial class MissingPlans(ICaseLookups lookups, CaseWorld world, IHostApplicationLifetime lifetime, ILogger<MissingPlans> log)
{
    public const int TurnMax = 256;
    private const int AtOnce = 8;

    /// <returns>Households that were looked at.</returns>
    public async Task<int> OpenAsync()
    {
        var households = await lookups.WithoutPlanAsync(TurnMax);
        var (needless, failed) = (new List<(string, long)>(), 0);
        foreach (var chunk in households.Chunk(AtOnce))
        {
            // No household answers a silo that stops, and each would be logged with its stack.
            if (lifetime.ApplicationStopping.IsCancellationRequested) return 0;
            var answers = await Task.WhenAll(chunk.Select(h => OpenAsync(h.Household)));
            needless.AddRange(chunk.Where((_, i) => answers[i] is false));
            failed += answers.Count(a => a is null);
        }
        if (needless.Count > 0) await lookups.NeedNoPlanAsync(needless);
        if (households.Count > 0) LogLooked(households.Count, households.Count - needless.Count - failed, failed);
        // What failed would be read again at once: it waits for the next tick.
        return failed > 0 ? 0 : households.Count;
    }

    /// <returns>Whether it has a plan now; null when nobody could tell.</returns>
    private async Task<bool?> OpenAsync(string household)
    {
        try
        {
            if (await world.HouseholdAsync(household) is not { Active: true, Monitored: true, Current.EpisodeId: { } episode }) return false;
            var id = CaseIds.MeasuresOf(episode);
            return (await world.ChangeAsync(id, Guid.NewGuid(), CaseActor.System, new OpenMeasures { HouseholdCode = household })).Errors.Count == 0;
        }
        catch (Exception fault)
        {
            LogFailed(fault, household);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Looked} monitored households without a plan of measures: {Opened} opened, {Failed} could not be asked")]
    private partial void LogLooked(int looked, int opened, int failed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Household {Household} could not be given a plan of measures")]
    private partial void LogFailed(Exception fault, string household);
}
