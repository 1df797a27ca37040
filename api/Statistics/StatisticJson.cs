using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;

namespace FangFanPin.Api.Statistics;

/// <summary>A statistic as UTF-8 JSON, written by hand because it is written on every change and read a thousand times as often.</summary>
public static class StatisticJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object without its opening brace and without <c>asOf</c>, which moves while the figures stand still: see <see cref="AsOf"/>.</summary>
    public static byte[] Rest(StatisticTable table, Region region)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, Options)) Write(json, table, region);
        return buffer.WrittenSpan[1..].ToArray();
    }

    /// <summary><c>{"asOf":"…",</c>: what stands before <see cref="Rest"/>.</summary>
    public static byte[] AsOf(DateTimeOffset moment) => System.Text.Encoding.ASCII.GetBytes($$"""{"asOf":"{{Moments.Text(moment)}}",""");

    private static void Write(Utf8JsonWriter json, StatisticTable table, Region region)
    {
        var definition = table.Query.Definition;
        json.WriteStartObject();
        json.WriteNumber("statistic", definition.Number);
        json.WriteString("name", definition.Name);
        json.WriteString("unit", definition.Unit);
        json.WriteStartObject("region");
        json.WriteString("code", region.Code.ToString());
        json.WriteString("name", region.Name);
        json.WriteNumber("level", (int)region.Level);
        json.WriteEndObject();
        json.WriteNumber("year", table.Day.Year);
        json.WriteString("day", table.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        WriteFilters(json, table.Query);
        json.WriteString("rowHeader", table.RowHeader);
        WriteColumns(json, table.Columns);
        WriteRows(json, table.Rows);
        json.WriteStartArray("notes");
        foreach (var note in table.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFilters(Utf8JsonWriter json, StatisticQuery query)
    {
        json.WriteStartObject("filters");
        json.WriteStartArray("householdTypes");
        foreach (var option in query.Types.Chosen) json.WriteStringValue(option.Code);
        json.WriteEndArray();
        if (query.Definition.ByMonth)
        {
            json.WriteString("category", query.Category?.ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("risk", query.Risk);
        }
        json.WriteString("text", query.FilterText);
        json.WriteEndObject();
    }

    private static void WriteColumns(Utf8JsonWriter json, IReadOnlyList<StatisticColumn> columns)
    {
        json.WriteStartArray("columns");
        foreach (var column in columns)
        {
            json.WriteStartObject();
            json.WriteString("id", column.Id);
            json.WriteString("group", column.Group);
            json.WriteString("label", column.Label);
            json.WriteString("unit", column.Unit);
            json.WriteBoolean("opens", column is CountColumn or MonthColumn);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteRows(Utf8JsonWriter json, IReadOnlyList<StatisticRow> rows)
    {
        json.WriteStartArray("rows");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("key", row.Key);
            json.WriteString("name", row.Name);
            json.WriteStartArray("values");
            foreach (var value in row.Values)
                if (value is { } number) json.WriteNumberValue(number);
                else json.WriteNullValue();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
