using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FangFanPin.Contracts;
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

/// <summary>Households in <c>household</c>, <c>household_phone</c>, <c>household_member</c> and <c>household_history</c>, with their debts in <c>owed</c>.</summary>
public sealed partial class HouseholdMapping(ISealer sealer) : IRecordMapping<HouseholdState, HouseholdRow, StoredHousehold>
{
    internal const string Table = "household";

    /// <summary>
    /// At which version and with which columns a list of members, the very object, is known to stand in the table. Most changes leave it alone, and its rows
    /// need then neither be hashed nor sent; the version check of the write makes the knowledge safe. The household's own numbers are hashed again only
    /// when they are others than at that version, and its columns are sent only when they are. The lists stay encoded and packed until one of them changes.
    /// </summary>
    /// <param name="Columns">As they stand in the row.</param>
    /// <param name="DocumentHash">Likewise; null for a row from before it was kept.</param>
    /// <param name="Hashes">Null when the row was read: a key of another time may have made those in it.</param>
    /// <param name="Lists">A file that has them, with nothing else in it; <paramref name="Encoded"/> is what they are as bytes.</param>
    internal sealed record KnownAt(string Key, long Version, HouseholdColumns Columns, byte[]? DocumentHash, NumberHashes? Hashes, HouseholdFile Lists, KeptPart? Encoded);

    /// <summary>Documents are written and sealed without a pause between, so a thread needs room for one.</summary>
    [ThreadStatic]
    private static DocumentWriter? threadsWriter;

    internal sealed record NumberHashes(string? HeadCert, byte[]? HeadCertIndex, string? Phone, byte[]? PhoneIndex);

    public string Name => Table;
    public string KeyOf(GrainId grain) => HouseholdKey.Parse(grain.Key.ToString()!).Code;
    public HouseholdState Empty() => new();

    public HouseholdRow Prepare(string key, long version, Guid writeId, HouseholdState? state)
    {
        if (state is null) return new HouseholdRow { Key = key, Version = version, WriteId = writeId, PhoneMoved = true, Members = MemberRows.Nobody, Columns = HouseholdColumns.Of(Empty()) };
        var head = state.File?.Household;
        var change = state.LastChange?.Version == version ? state.LastChange : null; // otherwise only the figures moved, with the date
        var known = KnownOf(state);
        if (known?.Key == key) key = known.Key; // the very text, not one more that outlives the collector's youngest generation
        var columns = ColumnsOf(state, known);
        var lists = ListsOf(state.File, known);
        var (document, fingerprint) = Sealed(new SealPlace(Table, key, version), state, StateDocument.EncodeStart, lists);
        (byte[]? Box, byte[]? Fingerprint) changed = change is null ? default : Sealed(new SealPlace(StoredChange.Table, key, version), change, ChangeDocument.Encode);
        var hashes = HashesOf(head, known?.Hashes, fingerprint[^1]);
        var stands = known is not null && known.Key == key && known.Version == version - 1;
        var membersStand = stands && known!.Columns.Village == columns.Village;
        return new HouseholdRow
        {
            Key = key,
            Version = version,
            WriteId = writeId,
            Document = document,
            DocumentHash = fingerprint,
            HashBefore = membersStand ? known!.DocumentHash : null,
            Columns = columns,
            IsQuiet = membersStand && change is { ImportId: null } && state.VillageBefore is null && known!.Columns == columns,
            VillageBefore = state.VillageBefore,
            Memory = state.Memory,
            Known = KnownFrom(key, version, state.File, columns, fingerprint, hashes, lists, known),
            HeadCertIndex = hashes.HeadCertIndex,
            PhoneIndex = hashes.PhoneIndex,
            PhoneMoved = !stands || known!.Hashes is null || known.Hashes.PhoneIndex != hashes.PhoneIndex,
            Members = membersStand ? null : MemberRows.Of(key, state.File?.Members ?? [], sealer),
            Change = change,
            TraceId = RequestTrace.Current,
            ChangeDocument = changed.Box,
            ChangeHash = changed.Fingerprint,
        };
    }

    public void Committed(HouseholdRow row) => row.Memory.Known = row.Known;

    private (byte[] Box, byte[] Fingerprint) Sealed<T>(SealPlace place, T content, Action<T, DocumentWriter> encode, KeptPart? end = null)
    {
        var plain = Encoded(content, encode);
        return (sealer.Seal(place, plain, end), sealer.Fingerprint(place, plain, end));
    }

    /// <summary>Null when there are none.</summary>
    private static KeptPart? ListsOf(HouseholdFile? file, KnownAt? known)
    {
        if (file is null) return null;
        if (known?.Encoded is { } kept && known.Lists.SharesLists(file)) return kept;
        var plain = Encoded(file, DocumentCodec.EncodeLists);
        return plain.IsEmpty ? null : new KeptPart(plain.ToArray());
    }

    /// <summary>Valid until this thread encodes again.</summary>
    private static ReadOnlySpan<byte> Encoded<T>(T content, Action<T, DocumentWriter> encode)
    {
        var writer = threadsWriter ??= new DocumentWriter();
        writer.Clear();
        encode(content, writer);
        return writer.Written;
    }

    /// <summary>Null where the members are others, or nobody: what is known then is about another file.</summary>
    private static KnownAt? KnownOf(HouseholdState state) =>
        state is { File: { Members.IsDefaultOrEmpty: false } file, Memory.Known: KnownAt known } && known.Lists.Members == file.Members ? known : null;

    /// <param name="key">Id of the key that hashes now: it may have been exchanged since.</param>
    private NumberHashes HashesOf(Household? head, NumberHashes? known, byte key)
    {
        var (sameCert, samePhone) = (
            known is not null && known.HeadCert == head?.HeadCertNumber && IsOf(known.HeadCertIndex, key),
            known is not null && known.Phone == head?.Phone && IsOf(known.PhoneIndex, key));
        if (sameCert && samePhone) return known!;
        return new NumberHashes(
            head?.HeadCertNumber,
            sameCert ? known!.HeadCertIndex : sealer.BlindIndex(BlindKind.Certificate, BlindText.Certificate(head?.HeadCertNumber)),
            head?.Phone,
            samePhone ? known!.PhoneIndex : sealer.BlindIndex(BlindKind.Phone, BlindText.Phone(head?.Phone)));
    }

    /// <summary>Those that are known, the very object, where they are the same.</summary>
    private static HouseholdColumns ColumnsOf(HouseholdState state, KnownAt? known)
    {
        var columns = HouseholdColumns.Of(state);
        return known is not null && known.Columns == columns ? known.Columns : columns;
    }

    private static bool IsOf(byte[]? index, byte key) => index is null || index[0] == key;

    /// <param name="before">Whose lists serve again where they are the very objects.</param>
    private static KnownAt? KnownFrom(
        string key, long version, HouseholdFile? file, HouseholdColumns columns, byte[]? documentHash, NumberHashes? hashes, KeptPart? encoded, KnownAt? before = null)
    {
        if (file is null) return null;
        var lists = before is not null && before.Lists.SharesLists(file) ? before.Lists : file with { Household = HouseholdFile.Empty.Household };
        return new KnownAt(key, version, columns, documentHash, hashes, lists, encoded);
    }

    /// <summary>One way to the database and one transaction, whichever statements the rows need.</summary>
    public async Task<IReadOnlySet<string>> SaveAsync(NpgsqlConnection connection, IReadOnlyList<HouseholdRow> rows, CancellationToken ct)
    {
        var (quiet, others) = (rows.Where(r => r.IsQuiet).ToList(), rows.Where(r => !r.IsQuiet).ToList());
        await using var batch = new NpgsqlBatch(connection);
        if (quiet.Count > 0) batch.BatchCommands.Add(Quiet(quiet));
        if (others.Count > 0) batch.BatchCommands.Add(Whole(others));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var saved = new HashSet<string>(rows.Count, StringComparer.Ordinal);
        if (quiet.Count > 0) saved.UnionWith(await reader.ReadAsync(ct) && !reader.IsDBNull(0) ? reader.GetFieldValue<string[]>(0) : quiet.Select(r => r.Key));
        do
        {
            while (await reader.ReadAsync(ct)) saved.Add(reader.GetString(0));
        }
        while (await reader.NextResultAsync(ct)); // reads up to the server's word that the transaction is committed
        return saved;
    }

    private static NpgsqlBatchCommand Whole(IReadOnlyList<HouseholdRow> rows)
    {
        var members = rows.Any(r => r.Members is not null);
        var command = new NpgsqlBatchCommand(members ? SaveSql : SaveWithoutMembersSql);
        BindState(command, rows);
        BindSearch(command, rows);
        BindChange(command, rows);
        if (members) BindMembers(command, [.. rows.SelectMany(r => r.Members?.Rows ?? [])]);
        return command;
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
        var (start, lists) = sealer.OpenParts(new SealPlace(Table, stored.Key, stored.Version), stored.Document);
        state = StateDocument.Decode(start, lists is null ? [] : lists.Plain);
        state = state with
        {
            Contribution = stored.Columns.Contribution,
            NextDue = stored.Columns.NextDue,
            LastChange = stored.Change?.Open(sealer, state.File),
            Applied = stored.Commands,
        };
        state.Memory.Known = KnownFrom(stored.Key, stored.Version, state.File, stored.Columns, stored.DocumentHash, hashes: null, lists);
        return true;
    }

    private static StoredHousehold Stored(NpgsqlDataReader reader) => new()
    {
        Key = reader.GetString(0),
        Version = reader.GetInt64(1),
        Columns = HouseholdColumns.Read(reader, 16, CellVector.Decode(reader.GetFieldValue<byte[]>(2)), reader.IsDBNull(3) ? null : reader.GetFieldValue<DateOnly>(3)),
        Document = reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4),
        Change = reader.IsDBNull(5) ? null : ChangeOf(reader, reader.GetString(0), 5),
        Commands = reader.IsDBNull(12) ? [] : CommandsOf(reader, 12),
        DocumentHash = reader.IsDBNull(15) ? null : reader.GetFieldValue<byte[]>(15),
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

    private static void BindState(NpgsqlBatchCommand command, IReadOnlyList<HouseholdRow> rows) => command
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Key)
        .WithColumn(rows, NpgsqlDbType.Bigint, r => r.Version)
        .WithColumn(rows, NpgsqlDbType.Uuid, r => r.WriteId)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Columns.Village)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.Columns.Contribution.Encode())
        .WithColumn(rows, NpgsqlDbType.Date, r => r.Columns.NextDue)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.Document);

    private static void BindSearch(NpgsqlBatchCommand command, IReadOnlyList<HouseholdRow> rows) => command
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Columns.Status)
        .WithColumn(rows, NpgsqlDbType.Smallint, r => r.Columns.Class)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Columns.HouseholdType)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Columns.PolicyStatus)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Columns.MonitorCategory)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Columns.RiskEliminated)
        .WithColumn(rows, NpgsqlDbType.Integer, r => r.Columns.RecognizedMonth)
        .WithColumn(rows, NpgsqlDbType.Integer, r => r.Columns.EliminatedMonth)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Columns.RiskTypes)
        .WithColumn(rows, NpgsqlDbType.Text, r => r.Columns.HeadName)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.HeadCertIndex)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.PhoneIndex)
        .WithColumn(rows, NpgsqlDbType.Boolean, r => r.PhoneMoved)
        .WithColumn(rows, NpgsqlDbType.Integer, r => r.Columns.MemberCount)
        .WithColumn(rows, NpgsqlDbType.Numeric, r => r.Columns.NetPerCapita)
        .WithColumn(rows, NpgsqlDbType.Bytea, r => r.Members?.Digest);

    private static void BindChange(NpgsqlBatchCommand command, IReadOnlyList<HouseholdRow> rows) => command
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

    private static void BindMembers(NpgsqlBatchCommand command, IReadOnlyList<MemberRow> members) => command
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
