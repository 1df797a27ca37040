using System.Security.Cryptography;
using System.Runtime.InteropServices;

namespace FangFanPin.Domain.Imports;

/// <summary>
/// Finds the persons who stand in more than one household of an import. Keeps 32 bytes of hashes for each person, not their codes: a province is 7.2 million.
/// </summary>
public sealed class PersonsSeen
{
    private readonly Dictionary<UInt128, ulong> householdOf = [];
    private readonly HashSet<string> repeated = new(StringComparer.Ordinal);

    /// <summary>The rows of one household mostly stand together.</summary>
    private (string Code, ulong Hash) last = ("", 0);

    public IReadOnlySet<string> Repeated => repeated;

    public void Add(string personCode, string householdCode)
    {
        if (last.Code != householdCode) last = (householdCode, (ulong)HashOf(householdCode));
        var household = last.Hash;
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(householdOf, HashOf(personCode), out var known);
        if (!known) first = household;
        else if (first != household) repeated.Add(personCode);
    }

    private static UInt128 HashOf(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Sha256.Hash(MemoryMarshal.AsBytes(text.AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
