using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FangFanPin.Domain.Households;

/// <summary>Fields by dictionary identifier with their values in text form; null empties a field. In JSON a plain object whose values are
/// strings, numbers, booleans or null, so that people may write <c>{"MemberCount": 3}</c>.</summary>
[JsonConverter(typeof(FieldTextsJson))]
public sealed class FieldTexts : IReadOnlyCollection<KeyValuePair<string, string?>>
{
    public static readonly FieldTexts None = new([]);

    /// <summary>Ascending by identifier. Few: a sorted tree costs more to make than all its look-ups save.</summary>
    private readonly KeyValuePair<string, string?>[] texts;

    /// <exception cref="ArgumentException">A field is named twice.</exception>
    public FieldTexts(IEnumerable<KeyValuePair<string, string?>> texts)
    {
        this.texts = [.. texts];
        Array.Sort(this.texts, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (var i = 1; i < this.texts.Length; i++)
            if (this.texts[i].Key == this.texts[i - 1].Key) throw new ArgumentException($"{this.texts[i].Key} is given twice.", nameof(texts));
    }

    public static FieldTexts Of(params (string Id, string? Text)[] texts) => new(texts.Select(t => KeyValuePair.Create(t.Id, t.Text)));

    public int Count => texts.Length;
    public bool Has(string id) => IndexOf(id) >= 0;
    public string? this[string id] => IndexOf(id) is >= 0 and var at ? texts[at].Value : null;
    public FieldTexts With(string id, string? text) => new(Others(id).Append(KeyValuePair.Create(id, text)));
    public FieldTexts Without(string id) => new(Others(id));
    public IEnumerator<KeyValuePair<string, string?>> GetEnumerator() => texts.AsEnumerable().GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (id, text) in texts) json.WriteString(id, text);
        json.WriteEndObject();
    }

    private int IndexOf(string id) => Array.FindIndex(texts, t => t.Key == id);
    private IEnumerable<KeyValuePair<string, string?>> Others(string id) => texts.Where(t => t.Key != id);

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

        public override void Write(Utf8JsonWriter writer, FieldTexts value, JsonSerializerOptions options) => value.Write(writer);
    }
}
