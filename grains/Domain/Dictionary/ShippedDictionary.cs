using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace FangFanPin.Domain.Dictionary;

/// <summary>
/// Reads the dictionary that is built into the assembly from <c>deploy/data</c>: the entities and code lists, and a supplement of ours
/// with what they do not say (aliases, which dates have happened, what is derived).
/// </summary>
internal static class ShippedDictionary
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static DataDictionary Load()
    {
        var supplement = Read<Supplement>("supplement.json");
        var lists = Read<ImmutableArray<ListJson>>("codelists.json").Select(l => l.ToList(supplement)).ToImmutableArray();
        var byName = lists.ToDictionary(l => l.Name);
        var entities = Read<ImmutableArray<EntityJson>>("dictionary.json").Select(e => e.ToEntity(supplement, byName));
        return new DataDictionary(entities, lists);
    }

    private static T Read<T>(string name)
    {
        var assembly = typeof(ShippedDictionary).Assembly;
        using var stream = assembly.GetManifestResourceStream($"data/{name}") ?? throw new InvalidOperationException($"{name} is not in the assembly");
        return JsonSerializer.Deserialize<T>(stream, Options)!;
    }

    private sealed record ListJson(string List, string Label, ImmutableArray<CodeEntry> Codes)
    {
        public CodeList ToList(Supplement supplement) => new(List, Label, Codes, supplement.Codes.GetValueOrDefault(List));
    }

    private sealed record EntityJson(string Entity, string Label, ImmutableArray<FieldJson> Fields)
    {
        public EntityDefinition ToEntity(Supplement supplement, Dictionary<string, CodeList> lists)
        {
            var fields = Fields.Select(f => f.ToField(lists) with
            {
                Derived = Supplement.Has(supplement.Derived, Entity, f.Id),
                Happened = Supplement.Has(supplement.Happened, Entity, f.Id),
                Aliases = supplement.Headers.TryGetValue(Entity, out var headers) ? headers.GetValueOrDefault(f.Id, []) : [],
            });
            var indicators = supplement.Indicators.GetValueOrDefault(Entity, []).Select(f => f.ToField(lists) with { RunTime = true });
            return new EntityDefinition(Entity, Label, fields.Concat(indicators));
        }
    }

    private sealed record FieldJson(
        string Id, string Label, string Type, string? Size, string? Unit, string? CodeList, bool Required, string? Constraint, string? Source)
    {
        public FieldDefinition ToField(Dictionary<string, CodeList> lists)
        {
            var sizes = Size?.Split(',').Select(s => int.Parse(s, CultureInfo.InvariantCulture)).ToArray() ?? [];
            var kind = KindOf(Type);
            return new FieldDefinition
            {
                Id = Id,
                Label = Label,
                Kind = kind,
                Length = kind == FieldKind.Decimal || sizes.Length == 0 ? null : sizes[0],
                Precision = kind == FieldKind.Decimal && sizes.Length == 2 ? sizes[0] : null,
                Scale = kind == FieldKind.Decimal && sizes.Length == 2 ? sizes[1] : null,
                Unit = Unit,
                CodeList = CodeList is null ? null : lists.GetValueOrDefault(CodeList),
                Required = Required,
                Constraint = Constraint,
                Source = Source,
                Identifying = kind == FieldKind.Text && IdentifyingEndings.Any(e => Id.EndsWith(e, StringComparison.Ordinal)),
            };
        }

        private static readonly string[] IdentifyingEndings = ["Code", "CertNumber", "Phone", "BankAccount", "Id"];

        private static FieldKind KindOf(string type) => type switch
        {
            "string" or "text" => FieldKind.Text,
            "code" => FieldKind.Code,
            "multi" => FieldKind.Multi,
            "file" => FieldKind.File,
            "int" => FieldKind.Whole,
            "decimal" => FieldKind.Decimal,
            "date" => FieldKind.Date,
            "datetime" => FieldKind.Moment,
            "yearMonth" => FieldKind.Month,
            "bool" => FieldKind.Flag,
            _ => FieldKind.Other,
        };
    }

    private sealed record Supplement(
        Dictionary<string, Dictionary<string, string>> Codes,
        Dictionary<string, Dictionary<string, ImmutableArray<string>>> Headers,
        Dictionary<string, ImmutableArray<string>> Happened,
        Dictionary<string, ImmutableArray<string>> Derived,
        Dictionary<string, ImmutableArray<FieldJson>> Indicators)
    {
        public static bool Has(Dictionary<string, ImmutableArray<string>> fields, string entity, string id) =>
            fields.TryGetValue(entity, out var ids) && ids.Contains(id);
    }
}
