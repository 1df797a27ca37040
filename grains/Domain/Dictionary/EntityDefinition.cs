using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FangFanPin.Domain.Dictionary;

/// <summary>One entity of the data dictionary with its fields in the dictionary's order, run-time indicators last.</summary>
public sealed class EntityDefinition
{
    private readonly FrozenDictionary<string, FieldDefinition> byId;

    public EntityDefinition(string name, string label, IEnumerable<FieldDefinition> fields)
    {
        (Name, Label, Fields) = (name, label, [.. fields]);
        byId = Fields.ToFrozenDictionary(f => f.Id, StringComparer.Ordinal);
    }

    /// <summary>e.g. <c>Member</c>.</summary>
    public string Name { get; }
    public string Label { get; }
    public ImmutableArray<FieldDefinition> Fields { get; }

    public FieldDefinition? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>A copy with the field added, or replaced when one of that identifier is there.</summary>
    public EntityDefinition With(FieldDefinition field) => new(Name, Label, Find(field.Id) is { } old ? Fields.Replace(old, field) : Fields.Add(field));
}
