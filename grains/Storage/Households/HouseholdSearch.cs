using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Households;

/// <inheritdoc cref="IHouseholdSearch"/>
/// <remarks>
/// A page is a walk along an index in the order of (village, code) over the region's ranges of villages, one range after the other; nothing is sorted or
/// skipped. Who is asked for by number or, above town level, by name is found by that.
/// </remarks>
public sealed class HouseholdSearch(NpgsqlDataSource database, ISealer sealer, IRegions regions) : IHouseholdSearch
{
    /// <summary>Statements of one page that may end without filling it: beyond, the page is short and says where to go on.</summary>
    private const int WindowsMax = 20;

    public async Task<HouseholdPage> FindAsync(HouseholdQuery query, CancellationToken ct = default)
    {
        var limit = Math.Clamp(query.Limit, 1, PersonQuery.LimitOfReaders);
        var start = query.After is { } after ? new PersonPlace(after.Village, after.Code, null) : null;
        var (lines, next) = await WalkAsync(query, start, limit,
            step => { var sql = new HouseholdSearchSql(query, sealer, step); return (sql.Text, sql.Window, sql.Parameters); },
            SearchLines.Household, l => (l.Village, new PersonPlace(l.Village, l.Code, null)), ct);
        return new HouseholdPage(lines, next is null ? null : new HouseholdPlace(next.Village, next.Household));
    }

    public async Task<PersonPage> FindAsync(PersonQuery query, CancellationToken ct = default)
    {
        var limit = Math.Clamp(query.Limit, 1, PersonQuery.LimitOfReaders);
        var (lines, next) = await WalkAsync(query.Household, query.After, limit,
            step => { var sql = new PersonSearchSql(query, sealer, step); return (sql.Text, sql.Window, sql.Parameters); },
            SearchLines.Person, l => (l.Village, new PersonPlace(l.Village, l.Household, l.Person)), ct);
        return new PersonPage(lines, next);
    }

    private async Task<(ImmutableArray<TLine> Lines, PersonPlace? Next)> WalkAsync<TLine>(
        HouseholdQuery query, PersonPlace? place, int limit, Func<SearchStep, (string Text, SearchWindow? Window, List<NpgsqlParameter> Parameters)> statement,
        Func<NpgsqlDataReader, TLine> read, Func<TLine, (string Village, PersonPlace Place)> placeOf, CancellationToken ct)
    {
        var tree = regions.Tree;
        var wide = tree.Find(query.Region) is { Level: < RegionLevel.Town };
        var lines = ImmutableArray.CreateBuilder<TLine>(Math.Min(limit + 1, 256));
        var windows = 0;
        foreach (var (from, to) in VillageRanges.Below(tree, query.Region).Where(r => place is null || string.CompareOrdinal(r.To.ToString(), place.Village) >= 0))
        {
            while (true)
            {
                var step = new SearchStep(wide, from, to, place, limit + 1 - lines.Count);
                var sql = statement(step);
                var (rows, last) = (0, default(PersonPlace));
                await foreach (var line in ReadAsync(sql.Text, sql.Parameters, read, ct))
                {
                    rows++;
                    (var village, last) = placeOf(line);
                    // A village that ended today may lie inside a range and belong to nobody there: the tree has the last word.
                    if (RegionCode.TryParse(village, out var code) && tree.Contains(query.Region, code)) lines.Add(line);
                }
                if (lines.Count > limit) return Page(lines, limit, placeOf);
                if (rows == step.Rows) place = last;
                else if (sql.Window is null || await EdgeAsync(sql.Window, sql.Parameters, ct) is not { } edge) break;
                else if (++windows >= WindowsMax) return (lines.ToImmutable(), edge);
                else place = edge;
            }
        }
        return (lines.ToImmutable(), null);
    }

    private static (ImmutableArray<TLine>, PersonPlace?) Page<TLine>(ImmutableArray<TLine>.Builder lines, int limit, Func<TLine, (string, PersonPlace Place)> placeOf)
    {
        lines.Count = limit;
        return (lines.ToImmutable(), placeOf(lines[^1]).Place);
    }

    private async Task<PersonPlace?> EdgeAsync(SearchWindow window, List<NpgsqlParameter> parameters, CancellationToken ct)
    {
        await foreach (var place in ReadAsync(window.Edge, [.. parameters.Take(window.Parameters).Select(p => p.Clone())], r => new PersonPlace(r.GetString(0), r.GetString(1), null), ct)) return place;
        return null;
    }

    private async IAsyncEnumerable<T> ReadAsync<T>(
        string sql, List<NpgsqlParameter> parameters, Func<NpgsqlDataReader, T> read, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters.ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) yield return read(reader);
    }
}
