using System.Collections.Immutable;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Households;

/// <summary>Differences between two states of a household, field by field, and the way back. The order of records is not a difference.</summary>
public static class FileDiff
{
    /// <summary>Empty when the two say the same. A null file has no records.</summary>
    public static ImmutableArray<FieldChange> Between(HouseholdFile? before, HouseholdFile? after)
    {
        var changes = ImmutableArray.CreateBuilder<FieldChange>();
        if (!ReferenceEquals(before?.Household, after?.Household)) Compare((EntityMap.Household.Name, ""), EntityMap.Household, before?.Household, after?.Household, changes);
        foreach (var (map, listOf) in HouseholdFile.Lists)
        {
            var (were, are) = (before is null ? [] : listOf(before), after is null ? [] : listOf(after));
            // A command leaves most lists as the very objects that they were: those are not looked into.
            if (were != are) Between(map, were, are, changes);
        }
        return changes.ToImmutable();
    }

    private static void Between(EntityMap map, ImmutableArray<Entity> were, ImmutableArray<Entity> are, ImmutableArray<FieldChange>.Builder changes)
    {
        var (old, kept) = (new HashSet<Entity>(were, ReferenceEqualityComparer.Instance), new HashSet<Entity>(are, ReferenceEqualityComparer.Instance));
        var left = were.Where(r => !kept.Contains(r)).ToDictionary(r => KeyOf(map, r));
        foreach (var record in are.Where(r => !old.Contains(r)))
        {
            left.Remove(KeyOf(map, record), out var was);
            Compare((map.Name, KeyOf(map, record)), map, was, record, changes);
        }
        foreach (var (key, was) in left) Compare((map.Name, key), map, was, null, changes);
    }

    /// <summary>The file before these changes; null when it had not been registered.</summary>
    public static HouseholdFile? Revert(HouseholdFile? after, IEnumerable<FieldChange> changes) =>
        Apply(after, changes.Select(c => c with { Old = c.New, New = c.Old }));

    /// <summary>The file after these changes; null when they take away the household itself.</summary>
    public static HouseholdFile? Apply(HouseholdFile? before, IEnumerable<FieldChange> changes)
    {
        var records = Walk(before).Select(w => (w.Place, w.Record)).ToList();
        var index = records.Select((r, i) => (r.Place, i)).ToDictionary(r => r.Place, r => r.i);
        foreach (var group in changes.GroupBy(c => (c.Entity, c.Key)))
        {
            var map = EntityMap.Named(group.Key.Entity) ?? throw new ArgumentException(group.Key.Entity, nameof(changes));
            var current = index.TryGetValue(group.Key, out var at) ? records[at].Record : map.Create();
            var next = map.WithTexts(current, group.Select(c => KeyValuePair.Create(c.Field, c.New)));
            if (index.ContainsKey(group.Key)) records[at] = (group.Key, next);
            else records.Add((group.Key, next));
        }
        var kept = records.Select(r => r.Record).Where(r => !EntityMap.Of(r).Key.IsEmpty(r)).ToList();
        return kept.OfType<Household>().Any() ? HouseholdFile.From(kept) : null;
    }

    private static IEnumerable<((string Entity, string Key) Place, Entity Record)> Walk(HouseholdFile? file) =>
        (file?.Records() ?? []).Select(r => ((r.Map.Name, KeyOf(r.Map, r.Record)), r.Record));

    private static string KeyOf(EntityMap map, Entity record) => map == EntityMap.Household ? "" : map.Key.Text(record) ?? "";

    private static void Compare((string Entity, string Key) place, EntityMap map, Entity? before, Entity? after, ImmutableArray<FieldChange>.Builder changes)
    {
        IReadOnlyList<EntityField> fields = before is not null && after is not null ? map.Differing(before, after) : map.Fields;
        foreach (var field in fields)
        {
            var (was, now) = (before is null ? null : field.Text(before), after is null ? null : field.Text(after));
            if (was != now) changes.Add(new FieldChange(place.Entity, place.Key, field.Id, was, now));
        }
        if (before?.Extra is null && after?.Extra is null) return;
        foreach (var id in (before?.Extra?.Keys ?? []).Union(after?.Extra?.Keys ?? []))
        {
            var (was, now) = (before?.Extra?.GetValueOrDefault(id), after?.Extra?.GetValueOrDefault(id));
            if (was != now) changes.Add(new FieldChange(place.Entity, place.Key, id, was, now));
        }
    }
}
