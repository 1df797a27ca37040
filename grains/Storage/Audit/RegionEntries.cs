using System.Text.Json;
using FangFanPin.Contracts;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Accounts;

namespace FangFanPin.Storage.Audit;

/// <summary>Entries of a change of the tree: one per region that it touches, with the keyed hashes of what its row was and is.</summary>
internal sealed class RegionEntries(ISealer sealer, string actor, string? role, DateTimeOffset at)
{
    public const string Action = "region.";

    public IEnumerable<AuditEntry> Of(RegionTree tree, RegionPlan plan, RegionChange change)
    {
        var action = Action + change.GetType().Name.ToLowerInvariant();
        foreach (var region in plan.Written) yield return Entry(action, region.Code, tree.Find(region.Code), region);
        if (plan.Ended is var (ended, _)) yield return Entry(action, ended, tree.Find(ended), null);
    }

    /// <summary>Of the row as it stands today; null of none.</summary>
    public static byte[]? Content(Region? region) =>
        region is null ? null : JsonSerializer.SerializeToUtf8Bytes(new[] { region.Code.ToString(), region.Name, $"{(int)region.Level}", region.Parent?.ToString() });

    public static SealPlace PlaceOf(string code) => new("region", code, 0);

    private AuditEntry Entry(string action, RegionCode code, Region? before, Region? after) => new(at, actor, action, code.ToString(), "done", RequestTrace.Current ?? "")
    {
        Role = role, BeforeHash = Hash(code, before), AfterHash = Hash(code, after),
    };

    private byte[]? Hash(RegionCode code, Region? region) => Content(region) is { } content ? sealer.Fingerprint(PlaceOf(code.ToString()), content) : null;
}
