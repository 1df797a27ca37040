using System.Text.Json;
using CsCheck;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using Xunit;

namespace FangFanPin.Tests.Domain.Figures;

public sealed class CellVectorTests
{
    private static readonly Gen<Cell> Cells =
        Gen.Select(Gen.OneOf(Gen.Int[0, 4], Gen.Int[0, Cell.MeasureMax]), Gen.Int[0, 255], Gen.Int[0, 255], Gen.OneOf(Gen.Int[-2, 2], Gen.Int)).Select(
            (m, v, c, a) => Cell.Of(m, v, c, a));

    private static readonly Gen<CellVector> Vectors =
        Gen.Select(Cells, Gen.OneOf(Gen.Long[-3, 3], Gen.Long)).Array[0, 40].Select(cells => CellVector.Of(cells));

    [Fact]
    public void A_cell_gives_back_its_parts() =>
        Gen.Select(Gen.Int[0, Cell.MeasureMax], Gen.Int[0, 255], Gen.Int[0, 255], Gen.Int).Sample((m, v, c, a) =>
        {
            var cell = Cell.Of(m, v, c, a);
            return (cell.Measure, cell.Version, cell.Class, cell.Argument) == (m, v, c, a);
        });

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(32768, 0, 0)]
    [InlineData(0, 256, 0)]
    [InlineData(0, 0, -1)]
    public void A_part_that_does_not_fit_is_refused(int measure, int version, int @class) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Cell.Of(measure, version, @class));

    [Fact]
    public void Encoded_bytes_decode_to_the_same_vector() =>
        Vectors.Sample(v => CellVector.Decode(v.Encode()).Equals(v));

    [Fact]
    public void A_running_vector_is_the_sum_of_its_changes_whenever_somebody_looks() =>
        Gen.Select(Vectors, Gen.Select(Vectors, Gen.Int[0, 3]).Array[0, 60]).Sample((start, changes) =>
        {
            var (running, sum) = (new RunningVector(start), start);
            foreach (var (change, look) in changes)
            {
                running.Add(change);
                sum = sum.Add(change);
                if (running.CountAtMost < sum.Count || (look == 0 && !running.Value.Equals(sum))) return false;
            }
            return running.Value.Equals(sum) && ReferenceEquals(running.Value, running.Value) && running.CountAtMost == sum.Count;
        });

    [Fact]
    public void Json_carries_a_vector_unchanged() =>
        Vectors.Sample(v => JsonSerializer.Deserialize<CellVector>(JsonSerializer.Serialize(v))!.Equals(v));

    [Fact]
    public void Broken_bytes_are_a_format_error_and_nothing_else() =>
        Gen.Select(Vectors, Gen.Int[0, 400], Gen.Byte).Sample((v, at, b) =>
        {
            var bytes = v.Encode();
            if (at < bytes.Length) bytes[at] = b; else bytes = [.. bytes, b];
            try
            {
                var read = CellVector.Decode(bytes);
                return CellVector.Decode(read.Encode()).Equals(read);
            }
            catch (FormatException)
            {
                return true;
            }
        });

    [Fact]
    public void Changed_cells_on_their_base_give_the_vector() =>
        Gen.Select(Vectors, Vectors).Sample((a, b) => b.Apply(a.Diff(b)).Equals(a) && a.Diff(a).IsEmpty);

    [Fact]
    public void Sums_do_not_depend_on_order_and_agree_with_a_dictionary() =>
        Vectors.Array[0, 9].Sample(many =>
        {
            var sum = CellVector.Sum(many);
            var builder = new CellVector.Builder();
            foreach (var v in many.Reverse()) builder.Add(v);
            return sum.Equals(builder.Build()) && sum.GetHashCode() == builder.Build().GetHashCode();
        });

    [Fact]
    public void Encoded_vectors_add_up_without_being_decoded() =>
        Vectors.Array[0, 9].Sample(many =>
        {
            var builder = new CellVector.Builder();
            foreach (var v in many) builder.AddEncoded(v.Encode());
            return builder.Build().Equals(CellVector.Sum(many));
        });

    [Fact]
    public void Zeros_are_never_kept() =>
        Gen.Select(Vectors, Vectors).Sample((a, b) => a.Add(b).All(c => c.Value != 0) && a.Add(b).Subtract(b).Equals(a));

    [Fact]
    public void Cells_of_one_measure_stand_together() =>
        Gen.Select(Vectors, Gen.Int[0, 4]).Sample((v, m) => v.OfMeasure(m).SequenceEqual(v.Where(c => c.Key.Measure == m)));

    [Fact]
    public void An_absent_cell_counts_zero()
    {
        var cell = Cell.Of(1, 1, 1);
        Assert.Equal(0, CellVector.Empty[cell]);
        Assert.Equal(3, CellVector.Of((cell, 1), (cell, 2))[cell]);
        Assert.Empty(CellVector.Empty.Encode());
    }

    [Theory]
    [InlineData("410000000000", true)]
    [InlineData("010000000000", false)]
    [InlineData("41000000000", false)]
    [InlineData("41000000000x", false)]
    [InlineData(null, false)]
    public void A_region_code_is_twelve_digits(string? text, bool good)
    {
        Assert.Equal(good, RegionCode.TryParse(text, out var code));
        if (good) Assert.Equal(text, code.ToString());
    }
}
