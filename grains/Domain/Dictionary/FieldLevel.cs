namespace FangFanPin.Domain.Dictionary;

/// <summary>数据分级: how much harm a field does in wrong hands.</summary>
public enum FieldLevel
{
    /// <summary>公开: regions and years.</summary>
    Public,

    /// <summary>内部: everything that is not named below; seen by whoever may see the record.</summary>
    Internal,

    /// <summary>敏感: phones. Masked.</summary>
    Sensitive,

    /// <summary>高敏: certificates, bank cards, health and disability. Masked.</summary>
    HighlySensitive,
}

/// <summary>
/// The one place that says which field has which level; masks, exports and unmasking follow it. By the identifier, so that it holds for
/// records, histories, files and whatever else names a field.
/// </summary>
public static class FieldLevels
{
    private static readonly string[] NumberEndings = ["CertNumber", "IdNumber", "BankAccount"];
    private static readonly HashSet<string> OfHealth = new(StringComparer.Ordinal)
    {
        "Health", "SeriousDiseaseName", "ChronicDiseaseName", "Disease", "DisabilityClass", "DisabilityGrade", "DisabilityIssuedOn",
    };
    private static readonly HashSet<string> Open = new(StringComparer.Ordinal) { "AreaCode", "StatYear", "HouseholdCode", "HouseholdType" };

    /// <param name="field">Dictionary identifier, e.g. <c>HeadCertNumber</c>, or that of a run-time indicator.</param>
    public static FieldLevel Of(string field)
    {
        if (OfHealth.Contains(field) || NumberEndings.Any(e => field.EndsWith(e, StringComparison.Ordinal))) return FieldLevel.HighlySensitive;
        if (field.EndsWith("Phone", StringComparison.Ordinal)) return FieldLevel.Sensitive;
        return Open.Contains(field) ? FieldLevel.Public : FieldLevel.Internal;
    }

    public static bool IsMasked(string field) => Of(field) >= FieldLevel.Sensitive;
}
