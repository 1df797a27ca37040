using System.Numerics;
using CsCheck;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Records;

/// <summary>Amounts stand in stored documents as scale and shortest two's complement, whichever way they are computed.</summary>
public sealed class DecimalEncodingTests
{
    [Fact]
    public void Every_amount_has_the_bytes_of_the_format_and_comes_back() =>
        Gen.OneOf(Gen.Decimal, Gen.Long.Select(Gen.Int[0, 20], (n, scale) => n / (decimal)BigInteger.Pow(10, scale)), Gen.Int[-70000, 70000].Select(n => n / 100m))
            .Sample(Check, iter: 20_000);

    [Theory]
    [InlineData("0")]
    [InlineData("-0.00")]
    [InlineData("127")]
    [InlineData("128")]
    [InlineData("-128")]
    [InlineData("-129")]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("18446744073709551615")]
    [InlineData("79228162514264337593543950335")]
    [InlineData("-0.0000000000000000000000000001")]
    public void Edges_too(string text) => Check(decimal.Parse(text));

    private static void Check(decimal value)
    {
        var writer = new DocumentWriter();
        writer.Decimal(value);
        var reader = new DocumentReader(writer.Written);
        Assert.Equal(value, reader.Decimal());
        Assert.True(reader.AtEnd);
        Assert.Equal(Format(value), writer.Written.ToArray());
    }

    private static byte[] Format(decimal value)
    {
        value /= 1.000000000000000000000000000000000m;
        var bits = decimal.GetBits(value);
        var unscaled = (((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0]) * (value < 0 ? -1 : 1);
        var bytes = unscaled.ToByteArray();
        return [value.Scale, (byte)bytes.Length, .. bytes];
    }
}
