using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Households;

/// <inheritdoc cref="IHouseholdSearch"/>
/// <remarks>
/// A page is a walk along the index (village, code) over the region's ranges of villages, one range after the other; nothing is sorted or
/// skipped. Who is asked for by number or, above town level, by name is first looked up by that.
/// </remarks>
public sealed class HouseholdSearch(NpgsqlDataSource database, ISealer sealer, IRegions regions) : IHouseholdSearch
{
    public async Task<HouseholdPage> FindAsync(HouseholdQuery query, CancellationToken ct = default)
    {
        var tree = regions.Tree;
        var limit = Math.Clamp(query.Limit, 1, HouseholdQuery.LimitMax);
        var wide = tree.Find(query.Region) is { Level: < RegionLevel.Town };
        var lines = ImmutableArray.CreateBuilder<HouseholdLine>(limit + 1);
        foreach (var (from, to) in VillageRanges.Below(tree, query.Region).Where(r => query.After is not { } after || string.CompareOrdinal(r.To.ToString(), after.Village) >= 0))
        {
            var sql = new HouseholdSearchSql(query, sealer, wide, from, to, limit + 1 - lines.Count);
            await ReadAsync(sql, tree, query.Region, lines, ct);
            if (lines.Count > limit) break;
        }
        if (lines.Count <= limit) return new HouseholdPage(lines.ToImmutable(), null);
        lines.Count = limit;
        return new HouseholdPage(lines.ToImmutable(), new HouseholdPlace(lines[^1].Village, lines[^1].Code));
    }

    /// <summary>A village that ended today may lie inside a range and belong to nobody there: the tree has the last word.</summary>
    private async Task ReadAsync(HouseholdSearchSql sql, RegionTree tree, RegionCode region, ImmutableArray<HouseholdLine>.Builder lines, CancellationToken ct)
    {
        await using var command = database.CreateCommand(sql.Text);
        command.Parameters.AddRange(sql.Parameters.ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var line = Line(reader);
            if (RegionCode.TryParse(line.Village, out var village) && tree.Contains(region, village)) lines.Add(line);
        }
    }

    private static HouseholdLine Line(NpgsqlDataReader reader) => new()
    {
        Code = reader.GetString(0),
        Version = reader.GetInt64(1),
        Village = reader.GetString(2),
        HeadName = TextAt(reader, 3),
        MemberCount = reader.IsDBNull(4) ? null : reader.GetInt32(4),
        Status = TextAt(reader, 5),
        HouseholdType = TextAt(reader, 6),
        PolicyStatus = TextAt(reader, 7),
        MonitorCategory = TextAt(reader, 8),
        RiskEliminated = TextAt(reader, 9),
        RecognizedMonth = reader.IsDBNull(10) ? null : reader.GetInt32(10),
        EliminatedMonth = reader.IsDBNull(11) ? null : reader.GetInt32(11),
        RiskTypes = [.. reader.GetFieldValue<string[]>(12)],
        NetPerCapita = reader.IsDBNull(13) ? null : reader.GetDecimal(13),
        ChangedAt = reader.IsDBNull(14) ? null : reader.GetFieldValue<DateTimeOffset>(14),
        ChangedBy = TextAt(reader, 15),
    };

    private static string? TextAt(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
