using System.Globalization;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Values;

namespace FangFanPin.Domain.Dictionary;

/// <summary>Holds the texts of a command against the dictionary.</summary>
public static class FieldCheck
{
    /// <param name="place">Which record of the command, e.g. <c>Members[2]</c>; empty for the household. Stands before the field in errors.</param>
    /// <param name="today">In Asia/Shanghai.</param>
    /// <param name="canonical">The faultless fields in the one text form of <see cref="FieldText"/>; blank is null.</param>
    /// <returns>All faults, in the order of identifiers; empty when everything is good.</returns>
    public static List<DomainError> Check(
        DataDictionary dictionary, EntityMap map, FieldTexts texts, string place, DateOnly today, out FieldTexts canonical)
    {
        var errors = new List<DomainError>();
        var good = new List<KeyValuePair<string, string?>>(texts.Count);
        var entity = dictionary.Entity(map.Name);
        foreach (var (id, text) in texts)
        {
            if (CheckOne(entity.Find(id), id, text, place, today, out var value) is { } error) errors.Add(error);
            else good.Add(KeyValuePair.Create(id, value));
        }
        canonical = new FieldTexts(good);
        return errors;
    }

    private static DomainError? CheckOne(FieldDefinition? field, string id, string? text, string place, DateOnly today, out string? value)
    {
        value = null;
        if (field is null) return FieldErrors.Unknown(place, id);
        if (field.Derived) return FieldErrors.Derived(field, place);
        if (text is null) return null;
        var fault = CellParser.Parse(field, text, today, out var parsed);
        if (fault != CellFault.None) return FieldErrors.Of(fault, field, place);
        value = TextOf(parsed);
        return null;
    }

    /// <summary>The text form of a parsed value; null stays null.</summary>
    public static string? TextOf(object? value) => value switch
    {
        null => null,
        string text => text,
        int number => FieldText.Of(number),
        decimal number => FieldText.Of(number),
        DateOnly date => FieldText.Of(date),
        DateTimeOffset moment => FieldText.Of(moment),
        YearMonth month => month.ToString(),
        bool flag => flag ? "true" : "false",
        _ => throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{value.GetType()} is no field's type"), nameof(value)),
    };
}
