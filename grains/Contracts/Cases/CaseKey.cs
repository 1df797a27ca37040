using System.Diagnostics.CodeAnalysis;

namespace FangFanPin.Contracts.Cases;

/// <summary>Grain key <c>case/{id}</c>; the id is 32 hexadecimal digits in lower case. No area stands in it, because cases follow their households.</summary>
public readonly record struct CaseKey
{
    public const string Prefix = "case/";

    private CaseKey(string id) => Id = id;

    public string Id { get; }

    public static bool TryOf(string? id, [NotNullWhen(true)] out CaseKey? key)
    {
        key = id is { Length: 32 } && id.All(char.IsAsciiHexDigitLower) ? new CaseKey(id) : null;
        return key is not null;
    }

    public static CaseKey Of(Guid id) => new(id.ToString("N"));

    public static CaseKey Of(string id) => TryOf(id, out var key) ? key.Value : throw new ArgumentException("Not the id of a case.", nameof(id));

    public static CaseKey Parse(string grainKey) =>
        grainKey.StartsWith(Prefix, StringComparison.Ordinal) ? Of(grainKey[Prefix.Length..]) : throw new ArgumentException("Not a case key.", nameof(grainKey));

    public override string ToString() => Prefix + Id;
}
