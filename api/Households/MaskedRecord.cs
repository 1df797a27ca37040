using System.Collections.Immutable;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;

namespace FangFanPin.Api.Households;

/// <summary>A typed record as JSON by dictionary identifier: numbers and truth values as such, all else in its text form, personal numbers masked.</summary>
internal static class MaskedRecord
{
    public static IReadOnlyDictionary<string, object?> Of(Entity record)
    {
        var map = EntityMap.Of(record);
        var shown = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in map.Fields)
            if (!field.IsEmpty(record)) shown[field.Id] = Shown(field, record);
        foreach (var (id, text) in record.Extra ?? ImmutableSortedDictionary<string, string>.Empty) shown[id] = Masking.Shown(id, text, known: false);
        // Said by the certificate's last digits; that there is a disability card is no secret to whoever sees the file, which one it is is.
        if (record is Member { DisabilityClass: { } kind } member)
            (shown["DisabilityClass"], shown["DisabilityGrade"]) = (Masking.Shown("DisabilityClass", kind), Masking.Shown("DisabilityGrade", $"{member.DisabilityGrade}"));
        return shown;
    }

    private static object? Shown(EntityField field, Entity record) => field.Get(record) switch
    {
        int or decimal or bool when !FieldLevels.IsMasked(field.Id) => field.Get(record),
        _ => Masking.Shown(field.Id, field.Text(record)),
    };
}
