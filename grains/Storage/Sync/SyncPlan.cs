using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Storage.Sync;

/// <summary>A household that is not simply as it was.</summary>
/// <param name="Slot">In the table; negative when the extract does not name it any more.</param>
/// <param name="Village">Empty when none is known.</param>
internal sealed record PlannedLine(int Slot, string Code, SyncLineKind Kind, string Region, string Village, byte[]? Digest, string? Reason)
{
    /// <summary>Whose import it goes with.</summary>
    public required string Share { get; init; }

    /// <summary>The extract has what an approved case decided.</summary>
    public bool Shows { get; init; }
}

/// <param name="Digest">Null: the extract has nobody there any more.</param>
internal sealed record PlannedVillage(string Share, string Village, byte[]? Digest, int Households);

/// <param name="Changes">What would change: ours as old, the national system's as new.</param>
internal sealed record PlannedPending(string Code, string Region, string CaseId, IReadOnlyList<FieldChange> Changes);

/// <summary>An open procedure and its household in the extract.</summary>
internal sealed record OpenCase(string Id, string Kind, string Step, string Household);

/// <summary>What a batch will do, before anything is stored.</summary>
internal sealed class SyncPlan
{
    /// <summary>By region of the share; what the extract has there.</summary>
    public Dictionary<string, SyncShare> Shares { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, PlannedLine> Lines { get; } = new(StringComparer.Ordinal);
    public List<PlannedVillage> Villages { get; } = [];
    public List<PlannedPending> Pending { get; } = [];

    /// <summary>Households whose waiting values are of no use any more: the extract does not name them.</summary>
    public List<string> Dropped { get; } = [];

    /// <summary>Households that somebody has changed here since the batch before.</summary>
    public List<string> ChangedHere { get; } = [];

    /// <summary>Regions that the extract speaks about: nobody of other counties has disappeared.</summary>
    public HashSet<string> Spoken { get; } = new(StringComparer.Ordinal);
}

/// <summary>To which county a village of the extract belongs, by the tree of today.</summary>
internal sealed class Counties(RegionTree tree)
{
    private const long Town = 1_000_000;
    private readonly Dictionary<RegionCode, string> known = [];

    public string Root { get; } = tree.Root?.Code.ToString() ?? "";

    /// <returns>The province where no county is known.</returns>
    public string Of(RegionCode village)
    {
        if (known.TryGetValue(village, out var county)) return county;
        return known[village] = Find(village) ?? Root;
    }

    public string Of(string village) => RegionCode.TryParse(village, out var code) ? Of(code) : Root;

    private string? Find(RegionCode village)
    {
        if (tree.PathTo(village).FirstOrDefault(r => r.Level == RegionLevel.County) is { } county) return county.Code.ToString();
        // A village that has ended or never was: its first digits may still name a county, whose people should see the refusal.
        return tree.Find($"{village.Number / Town * Town:D12}") is { Level: RegionLevel.County } named ? named.Code.ToString() : null;
    }
}
