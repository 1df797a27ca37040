using System.Collections.Frozen;
using System.Security.Cryptography;

namespace FangFanPin.Storage.Sealing;

/// <summary>One 256-bit key. Ids are never used again, because sealed rows name them.</summary>
public sealed record RingKey(int Id, byte[] Bytes, KeySuite Suite = KeySuite.International)
{
    public const int Length = 32;
    public static RingKey Random(int id, KeySuite suite = KeySuite.International) => new(id, RandomNumberGenerator.GetBytes(Length), suite);
}

/// <summary>
/// The keys that open sealed rows and the one that seals new ones; likewise for blind indexes, with keys of their own. A key once used never leaves
/// the ring: backups, and codes printed on paper, need it.
/// </summary>
public sealed class KeyRing
{
    private readonly FrozenDictionary<int, RingKey> seals;
    private readonly RingKey seal, index;
    private readonly RingKey sealBefore, indexBefore;

    /// <param name="currentSeal">Id of the key that seals new rows.</param>
    /// <param name="seals">All sealing keys.</param>
    /// <param name="currentIndex">Id of the key that hashes new rows.</param>
    /// <param name="indexes">All index keys.</param>
    /// <param name="from">The current keys are used for writing from then on, and the ones before them until then: every process knows a key before anybody writes with it.</param>
    /// <exception cref="InvalidDataException">No key, an id given twice, a key of another length, or a current key that is not there.</exception>
    public KeyRing(int currentSeal, IEnumerable<RingKey> seals, int currentIndex, IEnumerable<RingKey> indexes, DateTimeOffset? from = null)
    {
        this.seals = Checked(seals);
        var hashing = Checked(indexes);
        seal = this.seals.GetValueOrDefault(currentSeal) ?? throw new InvalidDataException("The current sealing key is not in the key ring.");
        index = hashing.GetValueOrDefault(currentIndex) ?? throw new InvalidDataException("The current index key is not in the key ring.");
        Indexes = [index, .. hashing.Values.Where(k => k != index).OrderByDescending(k => k.Id)];
        From = from;
        (sealBefore, indexBefore) = (Before(this.seals.Values, seal), Before(Indexes, index));
    }

    /// <summary>Null: since ever.</summary>
    public DateTimeOffset? From { get; }

    /// <summary>The newest, in use for writing or about to be.</summary>
    public RingKey Seal => seal;

    public RingKey Index => index;

    /// <summary>All index keys, the newest first.</summary>
    public IReadOnlyList<RingKey> Indexes { get; }

    public IReadOnlyCollection<RingKey> Seals => seals.Values;

    public static KeyRing Random(KeySuite suite = KeySuite.International) => new(1, [RingKey.Random(1, suite)], 1, [RingKey.Random(1, suite)]);

    public RingKey? FindSeal(int id) => seals.GetValueOrDefault(id);

    /// <summary>Seals what is written at a moment.</summary>
    public RingKey SealAt(DateTimeOffset now) => From > now ? sealBefore : seal;

    /// <summary>Hashes what is written at a moment.</summary>
    public RingKey IndexAt(DateTimeOffset now) => From > now ? indexBefore : index;

    /// <summary>The same ring with new keys for what is written from a moment on; older rows still open and are found.</summary>
    public KeyRing WithNewKeys(KeySuite suite, DateTimeOffset? from = null)
    {
        var (newSeal, newIndex) = (RingKey.Random(seals.Keys.Max() + 1, suite), RingKey.Random(Indexes.Max(k => k.Id) + 1, suite));
        return new KeyRing(newSeal.Id, [.. seals.Values, newSeal], newIndex.Id, [.. Indexes, newIndex], from);
    }

    private static RingKey Before(IEnumerable<RingKey> keys, RingKey current) => keys.Where(k => k.Id < current.Id).MaxBy(k => k.Id) ?? current;

    private static FrozenDictionary<int, RingKey> Checked(IEnumerable<RingKey> keys)
    {
        var byId = new Dictionary<int, RingKey>();
        foreach (var key in keys)
        {
            if (key.Bytes.Length != RingKey.Length || key.Id is < 1 or > byte.MaxValue || !Enum.IsDefined(key.Suite)) throw new InvalidDataException("A key of the ring is malformed.");
            if (!byId.TryAdd(key.Id, key)) throw new InvalidDataException("A key id stands twice in the ring.");
        }
        return byId.ToFrozenDictionary();
    }
}
