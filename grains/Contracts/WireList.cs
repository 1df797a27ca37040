namespace FangFanPin.Contracts;

/// <summary>Lists that can be read in another process, whatever they were made as.</summary>
internal static class WireList
{
    /// <summary>
    /// An array. The compiler makes lists of its own types for <c>[x]</c>, in the room where it is written; those of Domain would cross as
    /// JSON under their type's name, and nobody can build such a type again.
    /// </summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> list) => list as T[] ?? list.ToArray();
}
