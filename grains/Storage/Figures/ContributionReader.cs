using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using Npgsql;

namespace FangFanPin.Storage.Figures;

/// <summary>Contributions from the households' rows: no document is opened.</summary>
public sealed class ContributionReader(NpgsqlDataSource database) : IContributionReader
{
    private const string Select =
        """
        select village, code, contribution, head_name from household
        where village = any($1) and (village, code) > ($2, $3) and contribution <> ''
        order by village, code limit $4
        """;

    public async Task<IReadOnlyList<HouseholdContribution>> ReadAsync(
        IReadOnlyCollection<RegionCode> villages, ContributionPlace? after, int limit, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Select);
        command.Parameters.Add(new() { Value = villages.Select(v => v.ToString()).ToArray() });
        command.Parameters.Add(new() { Value = after?.Village.ToString() ?? "" });
        command.Parameters.Add(new() { Value = after?.Code ?? "" });
        command.Parameters.Add(new() { Value = limit });
        var rows = new List<HouseholdContribution>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(new(
                RegionCode.Parse(reader.GetString(0)), reader.GetString(1), CellVector.Decode(reader.GetFieldValue<byte[]>(2)),
                reader.IsDBNull(3) ? null : reader.GetString(3)));
        return rows;
    }
}
