using System.Collections.Frozen;
using System.Collections.Immutable;

namespace FangFanPin.Domain.Dictionary;

/// <summary>
/// The data dictionary in force: entities, fields, code lists. Immutable; people add indicators and aliases at run time by making the
/// next one.
/// </summary>
public sealed class DataDictionary
{
    private static readonly Lazy<DataDictionary> shipped = new(ShippedDictionary.Load);
    private readonly FrozenDictionary<string, EntityDefinition> entityByName;
    private readonly FrozenDictionary<string, CodeList> listByName;

    public DataDictionary(IEnumerable<EntityDefinition> entities, IEnumerable<CodeList> lists)
    {
        (Entities, Lists) = ([.. entities], [.. lists]);
        entityByName = Entities.ToFrozenDictionary(e => e.Name, StringComparer.Ordinal);
        listByName = Lists.ToFrozenDictionary(l => l.Name, StringComparer.Ordinal);
    }

    /// <summary>The version that comes with the product.</summary>
    public static DataDictionary Shipped => shipped.Value;

    public ImmutableArray<EntityDefinition> Entities { get; }
    public ImmutableArray<CodeList> Lists { get; }

    public EntityDefinition? FindEntity(string name) => entityByName.GetValueOrDefault(name);
    public CodeList? FindList(string name) => listByName.GetValueOrDefault(name);

    /// <exception cref="KeyNotFoundException">No such entity: a bug in the caller.</exception>
    public EntityDefinition Entity(string name) => entityByName[name];

    /// <exception cref="KeyNotFoundException">No such list: a bug in the caller.</exception>
    public CodeList List(string name) => listByName[name];

    public FieldDefinition? Find(string entity, string field) => FindEntity(entity)?.Find(field);

    /// <summary>With an indicator added or replaced, e.g. given its last year.</summary>
    public DataDictionary With(string entity, FieldDefinition field)
    {
        var old = Entity(entity);
        return new DataDictionary(Entities.Replace(old, old.With(field)), Lists);
    }

    /// <summary>With a code list added or replaced, in every field that uses it.</summary>
    public DataDictionary With(CodeList list)
    {
        var entities = Entities.Select(e => new EntityDefinition(e.Name, e.Label,
            e.Fields.Select(f => f.CodeList?.Name == list.Name ? f with { CodeList = list } : f)));
        return new DataDictionary(entities, FindList(list.Name) is { } old ? Lists.Replace(old, list) : Lists.Add(list));
    }
}
