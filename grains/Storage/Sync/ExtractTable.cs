using System.Buffers.Text;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Storage.Sync;

/// <summary>What the second pass does with a household's rows.</summary>
internal enum Fate : byte { None, Import, Look }

/// <summary>
/// The households of an extract, some 80 bytes each whatever their rows: the only thing of the raw pass that grows, with the households and not with the
/// files. Rows without a code stand under the empty one.
/// </summary>
internal sealed class ExtractTable
{
    private readonly List<Slot> slots = [];
    private readonly List<RegionCode> villages = [default];
    private readonly Dictionary<long, int> villageNumbers = [];
    private readonly Lock gate = new();
    private int[] buckets = new int[1 << 12];
    private byte[] codes = new byte[1 << 16];
    private int codesLength;

    private struct Slot
    {
        public int Next;
        public uint Hash;
        public int CodeAt;
        public byte CodeLength;
        public Fate Fate;
        public bool Planned, Shows;
        public SyncLineKind Kind;
        public short Share;
        public int Village;
        public UInt128 Sum;
    }

    public int Count => slots.Count;
    public bool Contains(string code) => Find(code) >= 0;

    /// <summary>Adds what neighbouring rows of a household come to. From several threads.</summary>
    /// <param name="area">Digits of a village; the first that is one counts.</param>
    public void Add(ReadOnlySpan<byte> code, ReadOnlySpan<byte> area, UInt128 sum)
    {
        lock (gate)
        {
            var at = FindOrMake(code); // first: it may move the slots
            ref var slot = ref CollectionsMarshal.AsSpan(slots)[at];
            slot.Sum = unchecked(slot.Sum + sum);
            if (slot.Village == 0 && !area.IsEmpty) slot.Village = VillageNumber(area);
        }
    }

    /// <returns>Negative when the extract has no such household. Not while rows are added.</returns>
    public int Find(ReadOnlySpan<byte> code)
    {
        var hash = HashOf(code);
        var all = CollectionsMarshal.AsSpan(slots);
        for (var at = buckets[hash & (uint)(buckets.Length - 1)] - 1; at >= 0; at = all[at].Next)
            if (all[at].Hash == hash && CodeOf(all[at].CodeAt, all[at].CodeLength).SequenceEqual(code)) return at;
        return -1;
    }

    public int Find(string code)
    {
        Span<byte> bytes = stackalloc byte[64];
        return code.Length <= 32 && Encoding.UTF8.TryGetBytes(code, bytes, out var length) ? Find(bytes[..length]) : -1;
    }

    public ReadOnlySpan<byte> CodeAt(int slot) => CodeOf(slots[slot].CodeAt, slots[slot].CodeLength);
    public string TextAt(int slot) => Encoding.ASCII.GetString(CodeAt(slot));
    public UInt128 SumAt(int slot) => slots[slot].Sum;

    /// <summary><c>default</c> where the extract names none.</summary>
    public RegionCode VillageAt(int slot) => villages[slots[slot].Village];
    public int VillageNumberAt(int slot) => slots[slot].Village;
    public IReadOnlyList<RegionCode> Villages => villages;
    public bool IsPlanned(int slot) => slots[slot].Planned;
    public SyncLineKind KindAt(int slot) => slots[slot].Kind;

    /// <summary>The extract has what an approved case decided about the household.</summary>
    public bool ShowsAt(int slot) => slots[slot].Shows;
    public Fate FateAt(int slot) => slots[slot].Fate;
    public short ShareAt(int slot) => slots[slot].Share;

    /// <summary>What is planned first stays.</summary>
    public void Plan(int slot, SyncLineKind kind, short share)
    {
        ref var one = ref At(slot);
        if (!one.Planned) (one.Planned, one.Kind, one.Share) = (true, kind, share);
    }

    public void Judge(int slot, SyncLineKind kind, bool shows)
    {
        ref var one = ref At(slot);
        (one.Kind, one.Shows) = (kind, shows);
    }

    public void GoWith(int slot, short share) => At(slot).Share = share;
    public void Decide(int slot, Fate fate) => At(slot).Fate = fate;

    private ref Slot At(int slot) => ref CollectionsMarshal.AsSpan(slots)[slot];

    private ReadOnlySpan<byte> CodeOf(int at, int length) => codes.AsSpan(at, length);

    private static uint HashOf(ReadOnlySpan<byte> code) => (uint)XxHash3.HashToUInt64(code);

    private int FindOrMake(ReadOnlySpan<byte> code)
    {
        if (Find(code) is var found and >= 0) return found;
        if (slots.Count >= buckets.Length) Grow();
        if (codesLength + code.Length > codes.Length) Array.Resize(ref codes, codes.Length * 2);
        code.CopyTo(codes.AsSpan(codesLength));
        var slot = new Slot { Hash = HashOf(code), CodeAt = codesLength, CodeLength = (byte)code.Length };
        codesLength += code.Length;
        slots.Add(slot);
        Chain(slots.Count - 1);
        return slots.Count - 1;
    }

    private void Grow()
    {
        buckets = new int[buckets.Length * 2];
        for (var i = 0; i < slots.Count; i++) Chain(i);
    }

    private void Chain(int at)
    {
        ref var slot = ref CollectionsMarshal.AsSpan(slots)[at];
        ref var bucket = ref buckets[slot.Hash & (uint)(buckets.Length - 1)];
        (slot.Next, bucket) = (bucket - 1, at + 1);
    }

    /// <summary>Text that is no code of twelve digits is no village.</summary>
    private int VillageNumber(ReadOnlySpan<byte> area)
    {
        if (area.Length != RegionCode.Digits || !Utf8Parser.TryParse(area, out long digits, out var read) || read != area.Length) return 0;
        if (villageNumbers.TryGetValue(digits, out var number)) return number;
        if (!RegionCode.TryParse(Encoding.ASCII.GetString(area), out var code)) return 0;
        villages.Add(code);
        return villageNumbers[digits] = villages.Count - 1;
    }
}
