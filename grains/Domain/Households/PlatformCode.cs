using System.Collections.Immutable;
using System.Text.RegularExpressions;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Domain.Households;

/// <summary>
/// 平台编号: <c>P</c>, six digits of a county, ten of a sequence, for households that the national system does not know yet; an approved declaration makes
/// one of <c>P</c> and the case's id. When the national system knows it, the file goes on under the national code, which remembers the other one, and the
/// file under the platform code is archived with its history.
/// </summary>
public static partial class PlatformCode
{
    /// <summary>Extra of the household under its national code.</summary>
    public const string Indicator = "PlatformCode";

    /// <summary>Extra of the archived one.</summary>
    public const string SuccessorIndicator = "NationalCode";

    /// <summary>Codes of households, long as certificate numbers are.</summary>
    public static bool IsIndicator(string field) => field is Indicator or SuccessorIndicator;

    public static bool Is(string code) => Form().IsMatch(code);

    /// <summary>The platform code that a file has replaced; null when it has not.</summary>
    public static string? Of(HouseholdFile? file) => file?.Household.Extra?.GetValueOrDefault(Indicator);

    /// <summary>What the import is laid over: everything the platform knew, with the national system's codes for the people whose certificates say who they are.</summary>
    internal static HouseholdFile TakenOver(HouseholdFile known, ImportFile change, string code)
    {
        var codes = NationalPersonCodes(known, change.Incoming);
        string? Renamed(string? person) => person is not null && codes.TryGetValue(person, out var national) ? national : person;
        return known with
        {
            Household = known.Household with { HouseholdCode = code, Extra = With(known.Household.Extra, Indicator, change.Replaces!) },
            Members = [.. known.Members.Select(m => m with { PersonCode = Renamed(m.PersonCode) })],
            Living = [.. known.Living.Select(r => r with { HouseholdCode = code })],
            Incomes = [.. known.Incomes.Select(r => r with { HouseholdCode = code })],
            Expenditures = [.. known.Expenditures.Select(r => r with { HouseholdCode = code })],
            Securities = [.. known.Securities.Select(r => r with { HouseholdCode = code })],
            Episodes = [.. known.Episodes.Select(r => r with { HouseholdCode = code })],
            Measures = [.. known.Measures.Select(r => r with { HouseholdCode = code, PersonCode = Renamed(r.PersonCode) })],
        };
    }

    /// <summary>Out of all figures and without people, so that nobody stands in two households; history has them.</summary>
    internal static HouseholdFile Closed(HouseholdFile file, HandOver over) => file.Household.HouseholdStatus == HouseholdStatuses.Archived ? file : file with
    {
        Household = file.Household with
        {
            HouseholdStatus = HouseholdStatuses.Archived, Extra = With(file.Household.Extra, SuccessorIndicator, over.NationalCode),
        },
        Members = [],
    };

    private static Dictionary<string, string> NationalPersonCodes(HouseholdFile known, HouseholdFile incoming)
    {
        var byCertificate = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in incoming.Members)
            if (BlindText.Certificate(member.CertNumber) is { } certificate) byCertificate.TryAdd(certificate, member.PersonCode!);
        var codes = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = known.Members.Select(m => m.PersonCode).ToHashSet();
        foreach (var member in known.Members)
            if (BlindText.Certificate(member.CertNumber) is { } certificate && byCertificate.TryGetValue(certificate, out var national) && taken.Add(national))
                codes.TryAdd(member.PersonCode!, national);
        return codes;
    }

    private static ImmutableSortedDictionary<string, string> With(ImmutableSortedDictionary<string, string>? extra, string key, string value) =>
        (extra ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)).SetItem(key, value);

    [GeneratedRegex("^P([0-9]{16}|[0-9A-F]{29})$")] private static partial Regex Form();
}
