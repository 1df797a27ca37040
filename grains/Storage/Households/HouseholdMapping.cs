using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;
using Orleans.Runtime;

namespace FangFanPin.Storage.Households;

/// <summary>Households in <c>household</c>, <c>household_member</c> and <c>household_history</c>, with their debts in <c>owed</c>.</summary>
public sealed partial class HouseholdMapping(ISealer sealer) : IRecordMapping<HouseholdState, HouseholdRow, StoredHousehold>
{
    internal const string Table = "household";

    /// <summary>
    /// At which version and in which village a list of members, the very object, is known to stand in the table. Most changes leave it alone, and its rows
    /// need then neither be hashed nor sent; the version check of the write makes the knowledge safe.
    /// </summary>
    private readonly ConditionalWeakTable<Member[], KnownAt> membersInTable = [];

    private sealed record KnownAt(string Key, long Version, string? Village);

    public string Name => Table;
    public string KeyOf(GrainId grain) => HouseholdKey.Parse(grain.Key.ToString()!).Code;
    public HouseholdState Empty() => new();

    public HouseholdRow Prepare(string key, long version, Guid writeId, HouseholdState? state)
    {
        if (state is null) return new HouseholdRow { Key = key, Version = version, WriteId = writeId, Members = MemberRows.Nobody };
        var head = state.File?.Household;
        var change = state.LastChange?.Version == version ? state.LastChange : null; // otherwise only the figures moved, with the date
        var (place, plain) = (new SealPlace(Table, key, version), StateDocument.Encode(state));
        var (changePlace, changed) = (new SealPlace(StoredChange.Table, key, version), change is null ? null : ChangeDocument.Encode(change));
        return new HouseholdRow
        {
            Key = key,
            Version = version,
            WriteId = writeId,
            Document = sealer.Seal(place, plain),
            DocumentHash = sealer.Fingerprint(place, plain),
            Contribution = state.Contribution.Encode(),
            NextDue = state.NextDue,
            Village = HouseholdRow.Filled(state.Village),
            VillageBefore = state.VillageBefore,
            File = state.File,
            HeadCertIndex = sealer.BlindIndex(BlindKind.Certificate, BlindText.Certificate(head?.HeadCertNumber)),
            PhoneIndex = sealer.BlindIndex(BlindKind.Phone, BlindText.Phone(head?.Phone)),
            Members = StandAt(key, version - 1, state.File) ? null : MemberRows.Of(key, state.File?.Members ?? [], sealer),
            Change = change,
            TraceId = Activity.Current?.TraceId.ToString(),
            ChangeDocument = changed is null ? null : sealer.Seal(changePlace, changed),
            ChangeHash = changed is null ? null : sealer.Fingerprint(changePlace, changed),
        };
    }

    public void Committed(HouseholdRow row) => Remember(row.Key, row.Version, row.File);

    private bool StandAt(string key, long version, HouseholdFile? file) =>
        version > 0 && ListOf(file) is { } list && membersInTable.TryGetValue(list, out var known) && known == new KnownAt(key, version, file?.Household.AreaCode);

    private void Remember(string key, long version, HouseholdFile? file)
    {
        if (ListOf(file) is { } list) membersInTable.AddOrUpdate(list, new KnownAt(key, version, file?.Household.AreaCode));
    }

    /// <summary>Null when there is nobody: empty lists share one object.</summary>
    private static Member[]? ListOf(HouseholdFile? file) => file is { Members.IsDefaultOrEmpty: false } ? ImmutableCollectionsMarshal.AsArray(file.Members) : null;

    public async Task<IReadOnlySet<string>> SaveAsync(NpgsqlConnection connection, IReadOnlyList<HouseholdRow> rows, CancellationToken ct)
    {
        var members = rows.Any(r => r.Members is not null);
        await using var command = new NpgsqlCommand(members ? SaveSql : SaveWithoutMembersSql, connection);
        BindState(command, rows);
        BindSearch(command, rows);
        BindChange(command, rows);
        if (members) BindMembers(command, [.. rows.SelectMany(r => r.Members?.Rows ?? [])]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var saved = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) saved.Add(reader.GetString(0));
        await reader.NextResultAsync(ct); // reads up to the server's word that the transaction is committed
        return saved;
    }

    public async Task<IReadOnlyDictionary<string, RowMark>> MarksAsync(NpgsqlConnection connection, IReadOnlyList<string> keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(MarksSql, connection).WithArray<string>(NpgsqlDbType.Text, [.. keys]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var marks = new Dictionary<string, RowMark>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) marks.Add(reader.GetString(0), new RowMark(reader.GetInt64(1), reader.GetGuid(2)));
        return marks;
    }

    public async Task<IReadOnlyDictionary<string, StoredHousehold>> LoadAsync(NpgsqlConnection connection, IReadOnlyList<string> keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LoadSql, connection).WithArray<string>(NpgsqlDbType.Text, [.. keys]);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = CommandMemory.Most });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new Dictionary<string, StoredHousehold>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) rows.Add(reader.GetString(0), Stored(reader));
        return rows;
    }

    public bool TryOpen(StoredHousehold stored, out HouseholdState state)
    {
        state = Empty();
        if (stored.Document is null) return false;
        state = StateDocument.Decode(sealer.Open(new SealPlace(Table, stored.Key, stored.Version), stored.Document)) with
        {
            Contribution = CellVector.Decode(stored.Contribution),
            NextDue = stored.NextDue,
            LastChange = stored.Change?.Open(sealer),
            Applied = stored.Commands,
        };
        Remember(stored.Key, stored.Version, state.File);
        return true;
    }

    private static StoredHousehold Stored(NpgsqlDataReader reader) => new()
    {
        Key = reader.GetString(0),
        Version = reader.GetInt64(1),
        Contribution = reader.GetFieldValue<byte[]>(2),
        NextDue = reader.IsDBNull(3) ? null : reader.GetFieldValue<DateOnly>(3),
        Document = reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4),
        Change = reader.IsDBNull(5) ? null : ChangeOf(reader, reader.GetString(0), 5),
        Commands = reader.IsDBNull(12) ? [] : CommandsOf(reader, 12),
    };

    private static ImmutableArray<AppliedCommand> CommandsOf(NpgsqlDataReader reader, int first)
    {
        var (ids, hashes, versions) = (reader.GetFieldValue<Guid[]>(first), reader.GetFieldValue<byte[]?[]>(first + 1), reader.GetFieldValue<long[]>(first + 2));
        return [.. ids.Select((id, i) => new AppliedCommand(id, ContentHash.Read(hashes[i]), versions[i]))];
    }

    /// <summary>From columns version, at, actor, kind, command_id, import_id, document, starting at <paramref name="first"/>.</summary>
    internal static StoredChange ChangeOf(NpgsqlDataReader reader, string code, int first) => new(
        code, reader.GetInt64(first), reader.GetFieldValue<DateTimeOffset>(first + 1), reader.GetString(first + 2), reader.GetString(first + 3),
        reader.GetGuid(first + 4), reader.IsDBNull(first + 5) ? null : reader.GetString(first + 5), reader.GetFieldValue<byte[]>(first + 6));

    private static void BindState(NpgsqlCommand command, IReadOnlyList<HouseholdRow> rows) => command
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Key)
        .WithColumn(rows, NpgsqlDbType.Bigint, r => r.Version)
        .WithColumn(rows, NpgsqlDbType.Uuid, r => r.WriteId)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Village)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.Contribution)
        .WithColumn(rows, NpgsqlDbType.Date, r => r.NextDue)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.Document);

    private static void BindSearch(NpgsqlCommand command, IReadOnlyList<HouseholdRow> rows) => command
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Status)
        .WithColumn(rows, NpgsqlDbType.Smallint, r => r.Class)
        .WithColumn(rows, NpgsqlDbType.Text, r => HouseholdRow.Filled(r.File?.Household.HouseholdType))
        .WithColumn(rows, NpgsqlDbType.Text, r => HouseholdRow.Filled(r.File?.Household.PolicyStatus))
        .WithColumn(rows, NpgsqlDbType.Text, r => HouseholdRow.Filled(r.File?.Household.MonitorCategory))
        .WithColumn(rows, NpgsqlDbType.Text, r => HouseholdRow.Filled(r.File?.Household.RiskEliminated))
        .WithColumn(rows, NpgsqlDbType.Integer, r => HouseholdRow.Digits(r.File?.Household.RecognizedMonth))
        .WithColumn(rows, NpgsqlDbType.Integer, r => HouseholdRow.Digits(r.File?.Household.EliminatedMonth))
        .WithColumn(rows, NpgsqlDbType.Text, r => r.RiskTypes)
        .WithColumn(rows, NpgsqlDbType.Text, r => HouseholdRow.Filled(r.File?.Household.HeadName))
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.HeadCertIndex)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.PhoneIndex)
        .WithColumn(rows, NpgsqlDbType.Integer, r => r.MemberCount)
        .WithColumn(rows, NpgsqlDbType.Numeric, r => r.NetPerCapita)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.Members?.Digest);

    private static void BindChange(NpgsqlCommand command, IReadOnlyList<HouseholdRow> rows) => command
        .WithColumn(rows, NpgsqlDbType.Text, r => r.VillageBefore)
        .WithColumn(rows, NpgsqlDbType.TimestampTz, r => r.Change?.At.ToUniversalTime())
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Change?.Actor.Account)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Change?.Kind)
        .WithColumn(rows, NpgsqlDbType.Uuid, r => r.Change?.CommandId)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Change?.ImportId)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.ChangeDocument)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.TraceId)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => ContentHash.Bytes(r.Change?.Content))
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Change?.Actor.Role)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.DocumentHash)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.ChangeHash);

    private static void BindMembers(NpgsqlCommand command, IReadOnlyList<MemberRow> members) => command
        .WithColumn(members, NpgsqlDbType.Text, m => m.Household)
        .WithColumn(members, NpgsqlDbType.Text, m => m.Person)
        .WithColumn(members, NpgsqlDbType.Text, m => m.Name)
        .WithColumn(members, NpgsqlDbType.Text, m => m.Sex)
        .WithColumn(members, NpgsqlDbType.Date, m => m.BirthDate)
        .WithColumn(members, NpgsqlDbType.Text, m => m.Status)
        .WithColumn(members, NpgsqlDbType.Bytea, m => m.CertIndex)
        .WithColumn(members, NpgsqlDbType.Bytea, m => m.LastSixIndex)
        .WithColumn(members, NpgsqlDbType.Bytea, m => m.PhoneIndex);
}
