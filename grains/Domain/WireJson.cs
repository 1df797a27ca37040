using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FangFanPin.Domain;

/// <summary>
/// How Domain types cross the wire and stand in stored JSON: names as they are, empty ones left out, except <c>required</c> ones, on whose
/// presence reading insists.
/// </summary>
public static class WireJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { SkipNulls } },
    };

    private static void SkipNulls(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            if (!property.IsRequired && property.ShouldSerialize is null) property.ShouldSerialize = static (_, value) => value is not null;
    }
}
