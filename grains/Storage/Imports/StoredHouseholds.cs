using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Households;
using Npgsql;

namespace FangFanPin.Storage.Imports;

/// <summary>Households as the records provider has stored them, many in one query.</summary>
public sealed class StoredHouseholds(NpgsqlDataSource database, ISealer sealer) : IStoredHouseholds
{
    private const string Files = "select code, version, document from household where code = any ($1) and document is not null";

    /// <summary>Served by household_member_by_person.</summary>
    private const string Persons = "select person_code, household_code from household_member where person_code = any ($1)";

    public async Task<IReadOnlyDictionary<string, HouseholdFile>> FilesAsync(IReadOnlyCollection<string> codes, CancellationToken ct)
    {
        var files = new Dictionary<string, HouseholdFile>(StringComparer.Ordinal);
        await using var command = Command(Files, codes);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var code = reader.GetString(0);
            var plain = sealer.Open(new SealPlace(HouseholdMapping.Table, code, reader.GetInt64(1)), reader.GetFieldValue<byte[]>(2));
            if (StateDocument.DecodeFile(plain) is { } file) files[code] = file;
        }
        return files;
    }

    public async Task<ILookup<string, string>> HouseholdsOfAsync(IReadOnlyCollection<string> personCodes, CancellationToken ct)
    {
        var found = new List<(string Person, string Household)>();
        await using var command = Command(Persons, personCodes);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) found.Add((reader.GetString(0), reader.GetString(1)));
        return found.ToLookup(f => f.Person, f => f.Household, StringComparer.Ordinal);
    }

    private NpgsqlCommand Command(string sql, IReadOnlyCollection<string> keys)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = keys.ToArray() });
        return command;
    }
}
