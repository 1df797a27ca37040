using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FangFanPin.Domain.Records;

/// <summary>The stored fields of one typed record, by number and by dictionary identifier. Built once from the <see cref="FieldAttribute"/>s.</summary>
public sealed class EntityMap
{
    public static readonly EntityMap Household = new(typeof(Household), nameof(Records.Household.HouseholdCode));
    public static readonly EntityMap Member = new(typeof(Member), nameof(Records.Member.PersonCode));
    public static readonly EntityMap LivingCondition = new(typeof(LivingCondition), nameof(Records.LivingCondition.StatYear));
    public static readonly EntityMap AnnualIncome = new(typeof(AnnualIncome), nameof(Records.AnnualIncome.StatYear));
    public static readonly EntityMap AnnualExpenditure = new(typeof(AnnualExpenditure), nameof(Records.AnnualExpenditure.StatYear));
    public static readonly EntityMap SecurityStatus = new(typeof(SecurityStatus), nameof(Records.SecurityStatus.CollectedOn));
    public static readonly EntityMap RiskEpisode = new(typeof(RiskEpisode), nameof(Records.RiskEpisode.EpisodeId));
    public static readonly EntityMap Measure = new(typeof(Measure), nameof(Records.Measure.MeasureId));

    public static readonly ImmutableArray<EntityMap> All =
        [Household, Member, LivingCondition, AnnualIncome, AnnualExpenditure, SecurityStatus, RiskEpisode, Measure];

    private static readonly FrozenDictionary<Type, EntityMap> ByType = All.ToFrozenDictionary(m => m.Type);

    private readonly FrozenDictionary<string, EntityField> byId;
    private readonly EntityField?[] byNumber;
    private readonly ConditionalWeakTable<string[], NamedColumns> named = [];
    private readonly Func<Entity> create;
    private readonly Action<Entity, DocumentWriter> encode;
    private readonly Action<Entity, Entity, List<EntityField>> compare;

    private EntityMap(Type type, string key)
    {
        Type = type;
        Fields = [.. type.GetProperties().Where(p => p.IsDefined(typeof(FieldAttribute)))
            .Select(p => EntityField.Create(p, p.GetCustomAttribute<FieldAttribute>()!.Number)).OrderBy(f => f.Number)];
        Derived = [.. type.GetProperties().Where(p => p.IsDefined(typeof(DerivedAttribute))).Select(p => p.Name)];
        byId = Fields.ToFrozenDictionary(f => f.Id, StringComparer.Ordinal);
        byNumber = new EntityField?[Fields.Max(f => f.Number) + 1];
        foreach (var field in Fields) byNumber[field.Number] = field;
        Key = byId[key];
        encode = RecordEncoder.For(type, Fields);
        compare = RecordDifference.For(type, Fields);
        create = () => (Entity)Activator.CreateInstance(type)!;
    }

    public Type Type { get; }

    /// <summary>The entity's name in the dictionary, e.g. <c>Member</c>.</summary>
    public string Name => Type.Name;

    public ImmutableArray<EntityField> Fields { get; }

    /// <summary>Identifiers of fields that are computed from others and cannot be written.</summary>
    public ImmutableArray<string> Derived { get; }

    /// <summary>What tells the records of one household apart.</summary>
    public EntityField Key { get; }

    public EntityField? Find(string id) => byId.GetValueOrDefault(id);
    public EntityField? Find(int number) => number < byNumber.Length ? byNumber[number] : null;
    public Entity Create() => create();
    internal void Encode(Entity entity, DocumentWriter writer) => encode(entity, writer);

    /// <summary>The fields whose values differ, in the order of <see cref="Fields"/>.</summary>
    internal List<EntityField> Differing(Entity a, Entity b)
    {
        var found = new List<EntityField>();
        compare(a, b, found);
        return found;
    }
    public static EntityMap Of(Entity entity) => ByType[entity.GetType()];
    public static EntityMap? Named(string name) => All.FirstOrDefault(m => m.Name == name);

    /// <summary>A copy with one field replaced; the value must be of the property's type or null.</summary>
    public static TEntity With<TEntity>(TEntity entity, EntityField field, object? value) where TEntity : Entity
    {
        var copy = (TEntity)(entity with { });
        field.Set(copy, value);
        return copy;
    }

    /// <summary>A copy with several fields replaced by values in text form; identifiers that are no field go to <see cref="Entity.Extra"/>.</summary>
    /// <exception cref="FormatException">A text is not in the form of its field: the caller did not validate.</exception>
    public TEntity WithTexts<TEntity>(TEntity entity, IEnumerable<KeyValuePair<string, string?>> texts) where TEntity : Entity
    {
        var extra = entity.Extra ?? ImmutableSortedDictionary<string, string>.Empty;
        var copy = (TEntity)(entity with { });
        foreach (var (id, text) in texts)
        {
            if (Find(id) is { } field) field.SetText(copy, text);
            else extra = text is null ? extra.Remove(id) : extra.SetItem(id, text);
        }
        if (extra.IsEmpty) return entity.Extra is null ? copy : (TEntity)(copy with { Extra = null });
        return ReferenceEquals(extra, entity.Extra) ? copy : (TEntity)(copy with { Extra = extra });
    }

    /// <summary>A copy of <paramref name="stored"/> that takes the named fields from <paramref name="incoming"/>, empty ones included.</summary>
    public TEntity Merge<TEntity>(TEntity stored, TEntity incoming, IEnumerable<EntityField> fields, IEnumerable<string> extras) where TEntity : Entity
    {
        var copy = (TEntity)(stored with { });
        foreach (var field in fields) field.Copy(incoming, copy);
        var extra = stored.Extra ?? ImmutableSortedDictionary<string, string>.Empty;
        foreach (var id in extras) extra = incoming.Extra?.GetValueOrDefault(id) is { } text ? extra.SetItem(id, text) : extra.Remove(id);
        var kept = extra.IsEmpty ? null : extra;
        return ReferenceEquals(kept, copy.Extra) ? copy : (TEntity)(copy with { Extra = kept });
    }

    /// <summary>The fields among named columns, and the identifiers that are run-time indicators. Most households of a file have the same columns, the very object.</summary>
    public (EntityField[] Fields, string[] Extras) Named(ImmutableArray<string> columns) =>
        columns.IsDefaultOrEmpty ? ([], []) : named.GetValue(ImmutableCollectionsMarshal.AsArray(columns)!, Split).Parts;

    private NamedColumns Split(string[] columns) => new(([.. columns.Select(Find).OfType<EntityField>()], [.. columns.Where(c => Find(c) is null)]));

    private sealed record NamedColumns((EntityField[] Fields, string[] Extras) Parts);
}
