using FangFanPin.Storage.Sealing;

namespace FangFanPin.Storage.Audit;

/// <summary>
/// The hashes of the entries that a pass has read. One room for all passes: lists that each leaves behind are large objects, which stay until a collection
/// of everything and until then keep alive whatever they hold, twenty thousand hashes a second.
/// </summary>
internal sealed class AuditLeaves(KeySuite suite)
{
    private readonly List<(string Subject, long Id)> subjects = [];
    private byte[] hashes = [];

    /// <summary>As the driver takes them.</summary>
    public List<long> Ids { get; } = [];

    /// <summary>One after the other; valid until the next <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Hashes => hashes.AsMemory(0, Ids.Count * Suites.HashLength);

    /// <summary>Of those entries that have one.</summary>
    public IReadOnlyList<(string Subject, long Id)> Subjects => subjects;

    public void Clear()
    {
        Ids.Clear();
        subjects.Clear();
    }

    public void Add(AuditRow row)
    {
        var at = Ids.Count * Suites.HashLength;
        if (at == hashes.Length) Array.Resize(ref hashes, Math.Max(64 * Suites.HashLength, 2 * at));
        row.Hash(suite, hashes.AsSpan(at, Suites.HashLength));
        Ids.Add(row.Id);
        if (row.Subject is { } subject) subjects.Add((subject, row.Id));
    }
}
