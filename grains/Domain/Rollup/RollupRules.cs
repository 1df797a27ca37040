namespace FangFanPin.Domain.Rollup;

/// <summary>The rules that live in the state machine. All are on; a test switches one off to show that it is needed.</summary>
public sealed record RollupRules
{
    /// <summary>All rules.</summary>
    public static RollupRules All { get; } = new();

    /// <summary>A push is settled when the province has it, not when the parent has it (rule 3).</summary>
    public bool SettleAtProvince { get; init; } = true;

    /// <summary>No vector from a region that is not in the list of children (rule 5).</summary>
    public bool RefuseUnlisted { get; init; } = true;

    /// <summary>No vector from a lower epoch of a child (rule 5).</summary>
    public bool RefuseLowerEpochs { get; init; } = true;

    /// <summary>Neither push nor answer before every child has answered (rule 5).</summary>
    public bool CompleteBeforePush { get; init; } = true;

    /// <summary>Give way when the own epoch row says that a newer activation exists (rule 7).</summary>
    public bool GiveWayWhenFenced { get; init; } = true;

    /// <summary>A push is for one activation of the parent. Not among the nine rules: without it a push that was under way during a restart of the parent passes for the answer to its question.</summary>
    public bool NameParentEpoch { get; init; } = true;
}
