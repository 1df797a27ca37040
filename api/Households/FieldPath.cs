using System.Text.RegularExpressions;
using FangFanPin.Domain.Records;

namespace FangFanPin.Api.Households;

/// <summary>A field of a household file: <c>HeadName</c>, <c>Member[5300…01].Phone</c>, <c>AnnualIncome[2025].NetPerCapita</c>.</summary>
/// <param name="Key">The record's key; empty for the household itself.</param>
internal sealed partial record FieldPath(string Entity, string Key, string Field)
{
    public static bool TryParse(string text, out FieldPath path)
    {
        var match = Form().Match(text);
        path = match.Groups["entity"].Success
            ? new FieldPath(match.Groups["entity"].Value, match.Groups["key"].Value, match.Groups["field"].Value)
            : new FieldPath(EntityMap.Household.Name, "", match.Groups["field"].Value);
        return match.Success && EntityMap.Named(path.Entity) is not null;
    }

    [GeneratedRegex(@"^(?:(?<entity>\w{1,50})\[(?<key>[^\[\]]{1,64})\]\.)?(?<field>\w{1,64})$")] private static partial Regex Form();
}

/// <summary>A version in <c>ETag</c> and <c>If-Match</c>.</summary>
internal static class VersionHeader
{
    public static string Of(long version) => $"\"{version}\"";

    /// <returns>False when there is something that is no version; a missing header is fine and gives null.</returns>
    public static bool TryParse(string? header, out long? version)
    {
        version = null;
        if (string.IsNullOrWhiteSpace(header)) return true;
        if (!long.TryParse(header.Trim().Trim('"'), System.Globalization.NumberStyles.None, null, out var number)) return false;
        version = number;
        return true;
    }
}
