using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace FangFanPin.Contracts.Households;

/// <summary>Grain key <c>hh/{HouseholdCode}</c>. A code is 1 to 32 letters, digits and hyphens; no area stands in it, because households move.</summary>
public readonly record struct HouseholdKey
{
    public const string Prefix = "hh/";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private HouseholdKey(string code) => Code = code;

    public string Code { get; }

    public static bool TryOf(string? code, [NotNullWhen(true)] out HouseholdKey? key)
    {
        key = code is { Length: >= 1 and <= 32 } && !code.AsSpan().ContainsAnyExcept(Allowed) ? new HouseholdKey(code) : null;
        return key is not null;
    }

    public static HouseholdKey Of(string code) =>
        TryOf(code, out var key) ? key.Value : throw new ArgumentException("Not a household code.", nameof(code));

    public static HouseholdKey Parse(string grainKey) =>
        grainKey.StartsWith(Prefix, StringComparison.Ordinal) ? Of(grainKey[Prefix.Length..]) : throw new ArgumentException("Not a household key.", nameof(grainKey));

    public override string ToString() => Prefix + Code;
}
