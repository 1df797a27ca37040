using FangFanPin.Domain.Rollup;

namespace FangFanPin.Tests.Domain.Rollup.Simulation;

/// <summary>The rules that live in the database and in the messages rather than in the state machine, each to be switched off.</summary>
internal sealed record WorldRules
{
    public static WorldRules All { get; } = new();

    public RollupRules Node { get; init; } = RollupRules.All;

    /// <summary>Rule 1: the epoch is committed before anything is read.</summary>
    public bool EpochBeforeRead { get; init; } = true;

    /// <summary>Rule 2: a deletion finds the epoch of the owing region current, and so does a village's snapshot.</summary>
    public bool FenceOwnEpoch { get; init; } = true;

    /// <summary>Rule 2: a deletion compares versions.</summary>
    public bool CompareVersions { get; init; } = true;

    /// <summary>Rule 3: a deletion finds every epoch of the path current, and the path still that of the tree.</summary>
    public bool FencePath { get; init; } = true;

    /// <summary>Rule 4: rows and debts in one snapshot.</summary>
    public bool OneSnapshot { get; init; } = true;

    /// <summary>Rule 4: a nudge says nothing; the village reads.</summary>
    public bool NudgeWithoutContent { get; init; } = true;

    /// <summary>Rule 6: a change of the tree gives new epochs and debts in its transaction.</summary>
    public bool StructureEpochs { get; init; } = true;

    /// <summary>Towns take their villages' vectors from their own snapshot when they start.</summary>
    public bool TownReadsVillages { get; init; } = true;
}
