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
        // A command leaves most records as the very objects that they were: those are not looked into.
        var (were, are) = (Objects(before), Objects(after));
        var old = Walk(before, are).ToDictionary(w => w.Place, w => w.Record);
        foreach (var (place, map, record) in Walk(after, were))
        {
            old.Remove(place, out var was);
            Compare(place, map, was, record, changes);
        }
        foreach (var (place, was) in old) Compare(place, EntityMap.Of(was), was, null, changes);
        return changes.ToImmutable();
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

    private static HashSet<Entity> Objects(HouseholdFile? file) => new((file?.Records() ?? []).Select(r => r.Record), ReferenceEqualityComparer.Instance);

    private static IEnumerable<((string Entity, string Key) Place, EntityMap Map, Entity Record)> Walk(HouseholdFile? file, HashSet<Entity>? except = null) =>
        (file?.Records() ?? []).Where(r => except?.Contains(r.Record) != true).Select(r => ((r.Map.Name, KeyOf(r.Map, r.Record)), r.Map, r.Record));

    private static string KeyOf(EntityMap map, Entity record) => map == EntityMap.Household ? "" : map.Key.Text(record) ?? "";

    private static void Compare((string Entity, string Key) place, EntityMap map, Entity? before, Entity? after, ImmutableArray<FieldChange>.Builder changes)
    {
        foreach (var field in map.Fields)
        {
            if (before is not null && after is not null && field.Same(before, after)) continue;
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
