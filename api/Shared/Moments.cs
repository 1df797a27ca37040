using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FangFanPin.Api.Shared;

/// <summary>The one form of a moment in answers: <c>2026-03-02T08:30:00.000Z</c>. Later digits are cut, so that nothing is promised that was not yet true.</summary>
public static class Moments
{
    public static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>For every answer and event that is not written by hand; reads whatever names its offset.</summary>
    internal sealed class Converter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Text(value));
    }
}
