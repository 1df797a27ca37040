using System.Collections;
using System.Text.Json.Serialization;

namespace FangFanPin.Domain.Figures;

/// <summary>Counts per cell: sorted, sparse, immutable. A cell that is not in it counts zero, and a zero is never kept.</summary>
/// <remarks>Equality is by content. On the wire and in rows it is <see cref="Encode"/>; in JSON that as base64.</remarks>
[JsonConverter(typeof(CellVectorJsonConverter))]
public sealed partial class CellVector : IEquatable<CellVector>, IReadOnlyCollection<KeyValuePair<Cell, long>>
{
    private readonly long[] _keys;
    private readonly long[] _counts;

    private CellVector(long[] keys, long[] counts) => (_keys, _counts) = (keys, counts);

    /// <summary>No cell at all.</summary>
    public static CellVector Empty { get; } = new([], []);

    /// <summary>Number of cells that are not zero.</summary>
    public int Count => _keys.Length;

    /// <summary>True when every cell is zero.</summary>
    public bool IsEmpty => _keys.Length == 0;

    /// <summary>The count of one cell; zero when absent.</summary>
    public long this[Cell cell]
    {
        get
        {
            var at = Array.BinarySearch(_keys, cell.Key);
            return at < 0 ? 0 : _counts[at];
        }
    }

    /// <summary>A vector of the given counts; the same cell twice is added up.</summary>
    public static CellVector Of(params IEnumerable<(Cell Cell, long Count)> cells)
    {
        var builder = new Builder();
        foreach (var (cell, count) in cells) builder.Add(cell, count);
        return builder.Build();
    }

    /// <summary>Cell-wise sum.</summary>
    public CellVector Add(CellVector other) =>
        other.IsEmpty ? this : IsEmpty ? other : Merge(other, 1);

    /// <summary>Cell-wise difference.</summary>
    public CellVector Subtract(CellVector other) =>
        other.IsEmpty ? this : ReferenceEquals(this, other) ? Empty : Merge(other, -1);

    /// <summary>The changed cells that turn <paramref name="base"/> into this vector; see <see cref="Apply"/>.</summary>
    public CellVector Diff(CellVector @base) => Subtract(@base);

    /// <summary>This vector with the changed cells of <see cref="Diff"/> applied: <c>b.Apply(a.Diff(b))</c> equals <c>a</c>.</summary>
    public CellVector Apply(CellVector delta) => Add(delta);

    /// <summary>Sum of many, merged in pairs so that n cells in k vectors cost n log k.</summary>
    public static CellVector Sum(IEnumerable<CellVector> vectors)
    {
        var level = vectors.Where(v => !v.IsEmpty).ToList();
        if (level.Count == 0) return Empty;
        while (level.Count > 1)
        {
            var next = new List<CellVector>((level.Count + 1) / 2);
            for (var i = 0; i + 1 < level.Count; i += 2) next.Add(level[i].Add(level[i + 1]));
            if (level.Count % 2 == 1) next.Add(level[^1]);
            level = next;
        }
        return level[0];
    }

    /// <summary>The cells of one measure, in key order, without copying the rest.</summary>
    public IEnumerable<KeyValuePair<Cell, long>> OfMeasure(int measure)
    {
        for (var at = LowerBound((long)measure << 48); at < _keys.Length; at++)
        {
            var cell = new Cell(_keys[at]);
            if (cell.Measure != measure) yield break;
            yield return new(cell, _counts[at]);
        }
    }

    /// <inheritdoc/>
    public bool Equals(CellVector? other) =>
        other is not null && (ReferenceEquals(this, other) || (_keys.AsSpan().SequenceEqual(other._keys) && _counts.AsSpan().SequenceEqual(other._counts)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CellVector);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var key in _keys) hash.Add(key);
        foreach (var count in _counts) hash.Add(count);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<Cell, long>> GetEnumerator()
    {
        for (var i = 0; i < _keys.Length; i++) yield return new(new Cell(_keys[i]), _counts[i]);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>For test failures.</summary>
    public override string ToString() => "{" + string.Join(", ", this.Take(12).Select(c => $"{c.Key}={c.Value}")) + (Count > 12 ? $", … {Count}}}" : "}");

    private int LowerBound(long key)
    {
        var at = Array.BinarySearch(_keys, key);
        return at < 0 ? ~at : at;
    }

    private CellVector Merge(CellVector other, long sign)
    {
        var keys = new long[_keys.Length + other._keys.Length];
        var counts = new long[keys.Length];
        int left = 0, right = 0, length = 0;
        while (left < _keys.Length || right < other._keys.Length)
        {
            var fromLeft = right == other._keys.Length || (left < _keys.Length && _keys[left] <= other._keys[right]);
            var fromRight = left == _keys.Length || (right < other._keys.Length && other._keys[right] <= _keys[left]);
            keys[length] = fromLeft ? _keys[left] : other._keys[right];
            var count = (fromLeft ? _counts[left++] : 0) + (fromRight ? sign * other._counts[right++] : 0);
            if (count != 0) counts[length++] = count;
        }
        return Trimmed(keys, counts, length);
    }

    private static CellVector Trimmed(long[] keys, long[] counts, int length)
    {
        if (length == 0) return Empty;
        if (length < keys.Length)
        {
            Array.Resize(ref keys, length);
            Array.Resize(ref counts, length);
        }
        return new CellVector(keys, counts);
    }

    /// <summary>Gathers counts in any order. Not for several threads; can be built from more than once.</summary>
    public sealed class Builder
    {
        private readonly Dictionary<long, long> _cells = [];

        /// <summary>Adds <paramref name="count"/> to a cell.</summary>
        public Builder Add(Cell cell, long count = 1)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_cells, cell.Key, out _) += count;
            return this;
        }

        /// <summary>Adds a whole vector.</summary>
        public Builder Add(CellVector vector)
        {
            for (var i = 0; i < vector._keys.Length; i++) Add(new Cell(vector._keys[i]), vector._counts[i]);
            return this;
        }

        /// <summary>Adds a vector in its encoded form, without making it: what a sum over many rows needs.</summary>
        /// <exception cref="FormatException">Not an encoded vector; part of it may have been added.</exception>
        public Builder AddEncoded(ReadOnlySpan<byte> bytes)
        {
            var reader = new CellReader(bytes);
            while (reader.Next()) Add(new Cell(reader.Key), reader.Count);
            return this;
        }

        /// <summary>The vector of what was added so far.</summary>
        public CellVector Build()
        {
            var keys = new long[_cells.Count];
            var counts = new long[_cells.Count];
            var length = 0;
            foreach (var (key, count) in _cells)
                if (count != 0) (keys[length], counts[length++]) = (key, count);
            Array.Sort(keys, counts, 0, length);
            return Trimmed(keys, counts, length);
        }
    }
}
