using FangFanPin.Domain.Households;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Records;
using Npgsql;

namespace FangFanPin.Storage.Households;

/// <inheritdoc cref="IHouseholdHistory"/>
public sealed class HouseholdHistory(NpgsqlDataSource database, ISealer sealer) : IHouseholdHistory
{
    private const string Columns = "select version, at, actor, kind, command_id, import_id, document from household_history ";
    private const string Page = Columns + "where code = $1 and version < $2 order by version desc limit $3";

    /// <summary>The document and all that came after the version, in one snapshot. The first row has the document, the others the changes.</summary>
    private const string Since = """
        select version, changed_at, null, null, null::uuid, null, document from household where code = $1
        union all
        select version, at, actor, kind, command_id, import_id, document from household_history
        where code = $1 and version >= coalesce((select max(version) from household_history where code = $1 and version <= $2), 0)
        """;

    public async Task<IReadOnlyList<HouseholdChanged>> ChangesAsync(string code, long? before, int limit, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Page);
        command.Parameters.AddRange(new[] { Text(code), Number(before ?? long.MaxValue), Number(limit) });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var changes = new List<HouseholdChanged>();
        while (await reader.ReadAsync(ct)) changes.Add(HouseholdMapping.ChangeOf(reader, code, 0).Open(sealer));
        for (var i = 0; i < changes.Count; i++)
        {
            if (changes[i].Registers && await AtAsync(code, changes[i].Version, ct) is { } made) changes[i] = made.Change;
        }
        return changes;
    }

    public async Task<IReadOnlyList<FieldVersion>> OfFieldAsync(string code, string entity, string key, string field, CancellationToken ct = default)
    {
        var versions = new List<FieldVersion>();
        long? before = null;
        while (true)
        {
            var page = await ChangesAsync(code, before, HouseholdHistoryLimits.PageMax, ct);
            versions.AddRange(
                from change in page
                from one in change.Changes
                where one.Entity == entity && one.Key == key && one.Field == field
                select new FieldVersion(change.Version, change.At, change.Actor.Account, change.Kind, one.Old, one.New));
            if (page.Count < HouseholdHistoryLimits.PageMax) return versions;
            before = page[^1].Version;
        }
    }

    /// <exception cref="Contracts.Storage.StoreUnavailableException">The household itself asks, amid a call: the driver's exception could not be read on its other side.</exception>
    public Task<AppliedCommand?> CommandAsync(string code, Guid commandId, CancellationToken ct = default) => DatabaseWords.SayAsync(StoredChange.Table, async () =>
    {
        await using var command = database.CreateCommand("select command_id, content_hash, version from household_history where code = $1 and command_id = $2");
        command.Parameters.AddRange(new[] { Text(code), new NpgsqlParameter<Guid> { TypedValue = commandId } });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new AppliedCommand(reader.GetGuid(0), ContentHash.Read(reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1)), reader.GetInt64(2))
            : (AppliedCommand?)null;
    });

    public async Task<VersionedFile?> AtAsync(string code, long version, CancellationToken ct = default)
    {
        var (newest, file, changes) = await SinceAsync(code, version, ct);
        if (version > newest || changes.Find(c => c.Version <= version) is not { } made) return null;
        foreach (var later in changes.Where(c => c.Version > version).OrderByDescending(c => c.Version)) file = later.Registers ? null : FileDiff.Revert(file, later.Changes);
        return file is null ? null : new VersionedFile(file, made.Registers ? made with { Registered = file } : made);
    }

    private async Task<(long Newest, HouseholdFile? File, List<HouseholdChanged> Changes)> SinceAsync(string code, long version, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Since);
        command.Parameters.AddRange(new[] { Text(code), Number(version) });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (newest, file, changes) = (0L, (HouseholdFile?)null, new List<HouseholdChanged>());
        while (await reader.ReadAsync(ct))
        {
            if (!reader.IsDBNull(3)) changes.Add(HouseholdMapping.ChangeOf(reader, code, 0).Open(sealer));
            else (newest, file) = (reader.GetInt64(0), reader.IsDBNull(6) ? null : FileOf(code, reader));
        }
        return (newest, file, changes);
    }

    private HouseholdFile? FileOf(string code, NpgsqlDataReader reader) =>
        StateDocument.DecodeFile(sealer.Open(new SealPlace(HouseholdMapping.Table, code, reader.GetInt64(0)), reader.GetFieldValue<byte[]>(6)));

    private static NpgsqlParameter Text(string value) => new NpgsqlParameter<string> { TypedValue = value };
    private static NpgsqlParameter Number(long value) => new NpgsqlParameter<long> { TypedValue = value };
}
