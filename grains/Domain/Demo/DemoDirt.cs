using System.Globalization;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Demo;

/// <summary>
/// Puts faults into what is printed, never into the file itself, so that the clean file says what is expected. A spoiled cell is named
/// <c>Entity.Field</c>; its text replaces what would be printed.
/// </summary>
public static class DemoDirt
{
    private static readonly DirtKind[] Kinds = Enum.GetValues<DirtKind>();

    /// <summary>The fault of this household; null for most. The same for everybody who asks.</summary>
    public static DirtKind? Of(HouseholdFile file, DemoOptions options)
    {
        if (options.Dirty <= 0) return null;
        var random = new DemoRandom(options.Seed, long.Parse(file.Household.HouseholdCode!, CultureInfo.InvariantCulture), 17);
        if (!random.Chance(Math.Min(options.Dirty * Kinds.Length, 1))) return null;
        var kind = random.Pick(Kinds);
        return kind == DirtKind.RowsDisagree && file.Members.Length < 2 ? null : kind;
    }

    /// <summary>Rows that the sheet of people has for this household.</summary>
    public static int PeopleRows(HouseholdFile file, DirtKind? kind) => file.Members.Length + (kind == DirtKind.DuplicatePerson ? 1 : 0);

    /// <summary>Replaced texts of one row of people; null when it is clean.</summary>
    /// <param name="row">From 0; a row past the members repeats the last of them.</param>
    public static IReadOnlyDictionary<string, string>? PeopleRow(HouseholdFile file, DirtKind? kind, int row)
    {
        if (kind is not { } dirt) return null;
        var texts = HouseholdCells(file, dirt, row);
        return texts ?? MemberCells(file, dirt, row);
    }

    /// <summary>Replaced texts of one income row; null when it is clean.</summary>
    public static IReadOnlyDictionary<string, string>? IncomeRow(HouseholdFile file, DirtKind? kind, AnnualIncome income) =>
        kind == DirtKind.TextInIncome && income.StatYear == file.Household.StatYear ? Cells(("AnnualIncome.WageIncome", "约三万元")) : null;

    private static Dictionary<string, string>? HouseholdCells(HouseholdFile file, DirtKind kind, int row)
    {
        var household = file.Household;
        return kind switch
        {
            DirtKind.TextInNumber when row == 0 => Cells(("Household.MemberCount", "三人左右")),
            DirtKind.ForeignVillage => Cells(("Household.AreaCode", household.AreaCode!.StartsWith("410102", StringComparison.Ordinal) ? "411424001201" : "410102001003")),
            DirtKind.UnknownVillage => Cells(("Household.AreaCode", household.AreaCode![..6] + "999999")),
            DirtKind.MissingVillage => Cells(("Household.AreaCode", "")),
            DirtKind.MissingHouseholdCode => Cells(("Household.HouseholdCode", "")),
            DirtKind.ImpossibleDate when row == 0 => Cells(("Household.FilledOn", "2026年3月45日")),
            DirtKind.RowsDisagree when row == 1 => Cells(("Household.HouseholdType", household.HouseholdType == "1" ? "一般农户(普通农户)" : "脱贫户")),
            DirtKind.MissingValues => Cells(("Household.Phone", ""), ("Household.Address", ""), ("Member.Labor", "")),
            DirtKind.MemberCountDisagrees => Cells(("Household.MemberCount", FieldText.Of(household.MemberCount!.Value + 1))),
            _ => null,
        };
    }

    private static Dictionary<string, string>? MemberCells(HouseholdFile file, DirtKind kind, int row)
    {
        var member = file.Members[Math.Min(row, file.Members.Length - 1)];
        return kind switch
        {
            DirtKind.UnknownLabel when row == 0 => Cells(("Member.Relation", "户主的朋友")),
            DirtKind.FutureBirth when row == 0 => Cells(("Member.CertNumber", Unborn(member.CertNumber!)), ("Member.BirthDate", "2031-05-20")),
            DirtKind.DuplicatePerson when row == file.Members.Length => Cells(("Member.Name", member.Name + "重")),
            DirtKind.BadCheckDigit => BadCheckDigit(file.Members[0], row),
            DirtKind.Aliases => Aliases(member),
            DirtKind.FullWidth => FullWidth(file.Household, member),
            DirtKind.DateForms => DateForms(file.Household, member),
            _ => null,
        };
    }

    private static string Unborn(string number)
    {
        var digits = number[..6] + "20310520" + number[14..17];
        return digits + Certificates.CheckDigit(digits) + number[18..];
    }

    /// <summary>The head is the first member; every row repeats the head's number.</summary>
    private static Dictionary<string, string> BadCheckDigit(Member head, int row)
    {
        var number = head.CertNumber!;
        var wrong = number[..17] + (number[17] == '7' ? '3' : '7') + number[18..];
        var cells = Cells(("Household.HeadCertNumber", wrong));
        if (row == 0) cells["Member.CertNumber"] = wrong;
        return cells;
    }

    private static Dictionary<string, string>? Aliases(Member member)
    {
        var cells = new Dictionary<string, string>(StringComparer.Ordinal);
        if (member.Education is "1" or "4" or "5") cells["Member.Education"] = member.Education switch { "1" => "文盲", "4" => "高中", _ => "大专" };
        if (member.Subsistence == "0") cells["Member.Subsistence"] = "不享受";
        return cells.Count == 0 ? null : cells;
    }

    private static Dictionary<string, string> FullWidth(Household household, Member member) => Cells(
        ("Household.MemberCount", Wide(FieldText.Of(household.MemberCount!.Value))), ("Household.Phone", Wide(household.Phone!)), ("Member.CertNumber", Wide(member.CertNumber!)));

    private static Dictionary<string, string> DateForms(Household household, Member member)
    {
        var (filled, born) = (household.FilledOn!.Value, member.BirthDate!.Value);
        var cells = Cells(("Household.FilledOn", $"{filled.Year}年{filled.Month}月{filled.Day}日"), ("Member.BirthDate", $"{born.Year}/{born.Month}/{born.Day}"));
        if (household.RecognizedMonth is { } month) cells["Household.RecognizedMonth"] = $"{month.Year}年{month.Month}月";
        return cells;
    }

    private static string Wide(string text) => string.Create(text.Length, text, (span, source) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = (char)(source[i] + ('０' - '0'));
    });

    private static Dictionary<string, string> Cells(params ReadOnlySpan<(string Cell, string Text)> cells)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (cell, text) in cells) result[cell] = text;
        return result;
    }
}
