using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FangFanPin.Domain.Regions;

/// <summary>统计用区划代码: twelve digits at every level, e.g. <c>410000000000</c> for the province.</summary>
/// <remarks>
/// Held as a number, so a map of 55,000 regions has no strings. A code says nothing about its parent: levels are irregular, follow the tree.
/// <c>default</c> is not a code and prints as twelve zeros.
/// </remarks>
[JsonConverter(typeof(RegionCodeJsonConverter))]
public readonly record struct RegionCode : IComparable<RegionCode>
{
    /// <summary>Number of digits.</summary>
    public const int Digits = 12;

    private RegionCode(long number) => Number = number;

    /// <summary>The digits read as a number.</summary>
    public long Number { get; }

    /// <summary>Reads twelve digits that do not begin with zero.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RegionCode code)
    {
        code = default;
        if (text is not { Length: Digits } || text[0] == '0' || !text.All(char.IsAsciiDigit)) return false;
        code = new RegionCode(long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>Reads twelve digits.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static RegionCode Parse(string text) =>
        TryParse(text, out var code) ? code : throw new FormatException($"'{text}' is no region code of {Digits} digits");

    /// <inheritdoc/>
    public int CompareTo(RegionCode other) => Number.CompareTo(other.Number);

    /// <summary>The twelve digits.</summary>
    public override string ToString() => Number.ToString("D12", CultureInfo.InvariantCulture);
}

/// <summary>A region code in JSON is its text, also as the name of a property.</summary>
public sealed class RegionCodeJsonConverter : JsonConverter<RegionCode>
{
    /// <inheritdoc/>
    public override RegionCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RegionCode.TryParse(reader.GetString(), out var code) ? code : throw new JsonException("not a region code");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RegionCode value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override RegionCode ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader, typeToConvert, options);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, RegionCode value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
