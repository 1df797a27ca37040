using Npgsql;
using Orleans.Runtime;

namespace FangFanPin.Storage.Records;

/// <summary>One record on its way to its row: serialised and sealed, so that the batch can fail for the database's reasons only.</summary>
public abstract class RecordRow
{
    public required string Key { get; init; }

    /// <summary>The version that this write makes; the row must stand one below, or not at all for version 1.</summary>
    public required long Version { get; init; }

    /// <summary>Told apart from everybody else's write of the same version after a reply was lost.</summary>
    public required Guid WriteId { get; init; }
}

/// <summary>A record as it came from its row, still sealed.</summary>
public abstract class StoredRow
{
    public required string Key { get; init; }
    public required long Version { get; init; }
}

/// <summary>Which write a row holds.</summary>
public readonly record struct RowMark(long Version, Guid WriteId);

/// <summary>
/// How the states of one kind of grain stand in tables. Everything here is called with whole batches, sorted by key, no key twice.
/// </summary>
public interface IRecordMapping<TState, TRow, TStored> where TRow : RecordRow where TStored : StoredRow
{
    /// <summary>For metrics and messages, e.g. <c>household</c>.</summary>
    string Name { get; }

    string KeyOf(GrainId grain);

    /// <summary>What a grain starts from that has no record.</summary>
    TState Empty();

    /// <summary>Serialises and seals, on the caller's turn. A null state clears: the row and its version stay.</summary>
    TRow Prepare(string key, long version, Guid writeId, TState? state);

    /// <summary>
    /// Writes in one statement every row whose version is one above the stored one, with all that belongs to it, and returns the keys
    /// that were written once their transaction is committed.
    /// </summary>
    Task<IReadOnlySet<string>> SaveAsync(NpgsqlConnection connection, IReadOnlyList<TRow> rows, CancellationToken ct);

    /// <summary>Told of every row that <see cref="SaveAsync"/> or a lost reply turned out to have committed, before its caller is answered.</summary>
    void Committed(TRow row) { }

    /// <summary>Of those keys that have a row.</summary>
    Task<IReadOnlyDictionary<string, RowMark>> MarksAsync(NpgsqlConnection connection, IReadOnlyList<string> keys, CancellationToken ct);

    /// <summary>Of those keys that have a row.</summary>
    Task<IReadOnlyDictionary<string, TStored>> LoadAsync(NpgsqlConnection connection, IReadOnlyList<string> keys, CancellationToken ct);

    /// <summary>Unseals, on the caller's thread.</summary>
    /// <returns>False when the record was cleared.</returns>
    bool TryOpen(TStored stored, out TState state);
}
