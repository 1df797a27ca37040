using System.Diagnostics.CodeAnalysis;

namespace FangFanPin.Contracts.Imports;

/// <summary>Grain key <c>import/{id}</c>, the id as 32 hexadecimal digits.</summary>
public readonly record struct ImportKey(Guid Id)
{
    public const string Prefix = "import/";

    /// <summary>An id as people and addresses write it.</summary>
    public static bool TryOf(string? id, [NotNullWhen(true)] out ImportKey? key)
    {
        key = Guid.TryParse(id, out var parsed) ? new ImportKey(parsed) : null;
        return key is not null;
    }

    public static ImportKey Parse(string grainKey) =>
        grainKey.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParseExact(grainKey[Prefix.Length..], "N", out var id)
            ? new ImportKey(id)
            : throw new ArgumentException("Not an import key.", nameof(grainKey));

    public override string ToString() => $"{Prefix}{Id:N}";
}
