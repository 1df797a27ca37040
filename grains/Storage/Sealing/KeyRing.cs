using System.Collections.Frozen;
using System.Security.Cryptography;

namespace FangFanPin.Storage.Sealing;

/// <summary>One 256-bit key. Ids are never used again, because sealed rows name them.</summary>
public sealed record RingKey(int Id, byte[] Bytes)
{
    public const int Length = 32;
    public static RingKey Random(int id) => new(id, RandomNumberGenerator.GetBytes(Length));
}

/// <summary>The keys that open sealed rows and the one that seals new ones; likewise for blind indexes, with keys of their own.</summary>
public sealed class KeyRing
{
    private readonly FrozenDictionary<int, RingKey> seals;

    /// <exception cref="InvalidDataException">No key, an id given twice, a key of another length, or a current key that is not there.</exception>
    public KeyRing(int currentSeal, IEnumerable<RingKey> seals, int currentIndex, IEnumerable<RingKey> indexes)
    {
        this.seals = Checked(seals);
        var hashing = Checked(indexes);
        Seal = this.seals.GetValueOrDefault(currentSeal) ?? throw new InvalidDataException("The current sealing key is not in the key ring.");
        Index = hashing.GetValueOrDefault(currentIndex) ?? throw new InvalidDataException("The current index key is not in the key ring.");
        Indexes = [Index, .. hashing.Values.Where(k => k != Index).OrderByDescending(k => k.Id)];
    }

    /// <summary>Seals what is written from now on.</summary>
    public RingKey Seal { get; }

    /// <summary>Hashes what is written from now on.</summary>
    public RingKey Index { get; }

    /// <summary>All index keys, the current one first.</summary>
    public IReadOnlyList<RingKey> Indexes { get; }

    public IReadOnlyCollection<RingKey> Seals => seals.Values;

    public static KeyRing Random() => new(1, [RingKey.Random(1)], 1, [RingKey.Random(1)]);

    public RingKey? FindSeal(int id) => seals.GetValueOrDefault(id);

    /// <summary>The same ring with a new key for what is sealed from now on; older rows still open.</summary>
    public KeyRing WithNewSeal()
    {
        var next = RingKey.Random(seals.Keys.Max() + 1);
        return new KeyRing(next.Id, [.. seals.Values, next], Index.Id, Indexes);
    }

    /// <summary>The same ring with a new index key; rows are found by both until they are written again.</summary>
    public KeyRing WithNewIndex()
    {
        var next = RingKey.Random(Indexes.Max(k => k.Id) + 1);
        return new KeyRing(Seal.Id, seals.Values, next.Id, [.. Indexes, next]);
    }

    private static FrozenDictionary<int, RingKey> Checked(IEnumerable<RingKey> keys)
    {
        var byId = new Dictionary<int, RingKey>();
        foreach (var key in keys)
        {
            if (key.Bytes.Length != RingKey.Length || key.Id is < 1 or > byte.MaxValue) throw new InvalidDataException("A key of the ring is malformed.");
            if (!byId.TryAdd(key.Id, key)) throw new InvalidDataException("A key id stands twice in the ring.");
        }
        return byId.ToFrozenDictionary();
    }
}
