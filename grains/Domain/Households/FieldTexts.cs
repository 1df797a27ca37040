using System.Collections;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FangFanPin.Domain.Households;

/// <summary>Fields by dictionary identifier with their values in text form; null empties a field. In JSON a plain object whose values are
/// strings, numbers, booleans or null, so that people may write <c>{"MemberCount": 3}</c>.</summary>
[JsonConverter(typeof(FieldTextsJson))]
public sealed class FieldTexts : IReadOnlyCollection<KeyValuePair<string, string?>>
{
    public static readonly FieldTexts None = new([]);
    private readonly ImmutableSortedDictionary<string, string?> texts;

    public FieldTexts(IEnumerable<KeyValuePair<string, string?>> texts) =>
        this.texts = texts.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static FieldTexts Of(params (string Id, string? Text)[] texts) => new(texts.Select(t => KeyValuePair.Create(t.Id, t.Text)));

    public int Count => texts.Count;
    public bool Has(string id) => texts.ContainsKey(id);
    public string? this[string id] => texts.GetValueOrDefault(id);
    public FieldTexts With(string id, string? text) => new(texts.SetItem(id, text));
    public FieldTexts Without(string id) => new(texts.Remove(id));
    public IEnumerator<KeyValuePair<string, string?>> GetEnumerator() => texts.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class FieldTextsJson : JsonConverter<FieldTexts>
    {
        public override FieldTexts Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("object of fields expected");
            var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var id = reader.GetString()!;
                reader.Read();
                if (!texts.TryAdd(id, TextOf(ref reader))) throw new JsonException("field given twice");
            }
            return new FieldTexts(texts);
        }

        private static string? TextOf(ref Utf8JsonReader reader) => reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
            _ => throw new JsonException("text, number, boolean or null expected"),
        };

        public override void Write(Utf8JsonWriter writer, FieldTexts value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (id, text) in value) writer.WriteString(id, text);
            writer.WriteEndObject();
        }
    }
}
