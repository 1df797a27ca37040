using System.Collections.Immutable;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Imports;

/// <summary>
/// An approved recognition or elimination stands in the register before the national system has it. A file that does not have it yet says nothing about it: what
/// it says of the monitoring is left out, and everything else is taken.
/// </summary>
public static class HeldMonitoring
{
    private static readonly ImmutableHashSet<string> OfHousehold =
    [
        nameof(Household.MonitorCategory), nameof(Household.RecognizedMonth), nameof(Household.RiskEliminated), nameof(Household.EliminatedMonth), nameof(Household.RiskType1),
        nameof(Household.RiskType2), nameof(Household.RiskType3), nameof(Household.RiskType4), nameof(Household.RiskType5), nameof(Household.RiskOtherRemark),
    ];

    /// <summary>Whether the file has what the case decided.</summary>
    /// <param name="kind">Of the case: one of <see cref="CaseKinds"/>.</param>
    public static bool Shows(string kind, HouseholdFile said)
    {
        var newest = said.Episodes.IsEmpty ? null : said.Episodes[^1];
        return kind == CaseKinds.Elimination
            ? said.Household.RiskEliminated == YesNo.Yes || newest?.RiskEliminated == YesNo.Yes
            : said.Household is { MonitorCategory: not null, RiskEliminated: not YesNo.Yes } || newest is { RiskEliminated: not YesNo.Yes };
    }

    /// <summary>The file without what it cannot know, and a word about it where it had said something else than the register.</summary>
    /// <param name="kind">Of the household's approved case; null when it has none.</param>
    public static AssembledHousehold Without(AssembledHousehold assembled, string? kind, HouseholdFile? stored)
    {
        if (kind is null || assembled.Change is not { } change || Shows(kind, change.Incoming)) return assembled;
        var columns = change.Columns.GetValueOrDefault(EntityMap.Household.Name, []);
        var kept = columns.RemoveAll(OfHousehold.Contains);
        var differs = !change.Incoming.Episodes.IsEmpty
            || stored is not null && columns.Any(c => OfHousehold.Contains(c) && !EntityMap.Household.Find(c)!.Same(stored.Household, change.Incoming.Household));
        var spoken = change.Columns.ContainsKey(EntityMap.Household.Name) ? change.Columns.SetItem(EntityMap.Household.Name, kept) : change.Columns;
        var held = change with { Columns = spoken.Remove(EntityMap.RiskEpisode.Name), Incoming = change.Incoming with { Episodes = [] } };
        return assembled with { Change = held, Errors = differs ? assembled.Errors.Add(assembled.Place.Error(assembled.Code, ImportErrors.MonitoringHeld)) : assembled.Errors };
    }
}
