using System.Collections.Immutable;

namespace FangFanPin.Domain.Records;

/// <summary>What the typed records of the dictionary have in common.</summary>
public abstract record Entity
{
    /// <summary>Indicators added at run time, by identifier, in the text form of their type; null when there are none.</summary>
    public ImmutableSortedDictionary<string, string>? Extra { get; init; }
}

/// <summary>Ties a property to its dictionary field. The number is the field's name in stored documents: never renumber, reuse or retype it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FieldAttribute(int number) : Attribute
{
    public int Number { get; } = number;
}

/// <summary>A dictionary field that is computed from others and never stored.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DerivedAttribute : Attribute;
