using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Statistics;
using Npgsql;

namespace FangFanPin.Storage.Households;

/// <summary>What stands in a household's row for lists and figures, hashes of numbers excepted. Most amendments leave all of it as it is.</summary>
public sealed record HouseholdColumns
{
    /// <summary>In the order that <see cref="Read"/> expects.</summary>
    public const string Sql = """
        h.village, h.status, h.class, h.household_type, h.policy_status, h.monitor_category, h.risk_eliminated, h.recognized_month, h.eliminated_month,
            array_to_string(h.risk_types, ','), h.head_name, h.member_count, h.net_per_capita
        """;

    public const int Count = 13;

    public required CellVector Contribution { get; init; }
    public required DateOnly? NextDue { get; init; }
    public string? Village { get; init; }
    public string? Status { get; init; }
    public short Class { get; init; }
    public string? HouseholdType { get; init; }
    public string? PolicyStatus { get; init; }
    public string? MonitorCategory { get; init; }
    public string? RiskEliminated { get; init; }
    public int? RecognizedMonth { get; init; }
    public int? EliminatedMonth { get; init; }
    public string? RiskTypes { get; init; }
    public string? HeadName { get; init; }
    public int? MemberCount { get; init; }
    public decimal? NetPerCapita { get; init; }

    /// <summary>Empty but for the figures when the household has no file.</summary>
    public static HouseholdColumns Of(HouseholdState state)
    {
        if (state.File is not { } file) return new HouseholdColumns { Contribution = state.Contribution, NextDue = state.NextDue };
        return new HouseholdColumns
        {
            Contribution = state.Contribution,
            NextDue = state.NextDue,
            Village = Filled(state.Village),
            Status = Filled(file.Household.HouseholdStatus) ?? HouseholdStatuses.Active,
            Class = (short)StatisticClass.Of(file.Household).Number,
            HouseholdType = Filled(file.Household.HouseholdType),
            PolicyStatus = Filled(file.Household.PolicyStatus),
            MonitorCategory = Filled(file.Household.MonitorCategory),
            RiskEliminated = Filled(file.Household.RiskEliminated),
            RecognizedMonth = Digits(file.Household.RecognizedMonth),
            EliminatedMonth = Digits(file.Household.EliminatedMonth),
            RiskTypes = file.Household is { RiskType1: null, RiskType2: null, RiskType3: null, RiskType4: null, RiskType5: null } ? "" : string.Join(',', RisksOf(file.Household)),
            HeadName = Filled(file.Household.HeadName),
            MemberCount = file.ActiveMembers.Count(),
            NetPerCapita = file is { Incomes: [.., var newest] } ? newest.NetPerCapita : null,
        };
    }

    public static HouseholdColumns Read(NpgsqlDataReader row, int first, CellVector contribution, DateOnly? nextDue)
    {
        string? Text(int i) => row.IsDBNull(first + i) ? null : row.GetString(first + i);
        int? Number(int i) => row.IsDBNull(first + i) ? null : row.GetInt32(first + i);
        return new HouseholdColumns
        {
            Contribution = contribution, NextDue = nextDue, Village = Text(0), Status = Text(1), Class = row.GetInt16(first + 2), HouseholdType = Text(3),
            PolicyStatus = Text(4), MonitorCategory = Text(5), RiskEliminated = Text(6), RecognizedMonth = Number(7), EliminatedMonth = Number(8),
            RiskTypes = Text(9), HeadName = Text(10), MemberCount = Number(11), NetPerCapita = row.IsDBNull(first + 12) ? null : row.GetDecimal(first + 12),
        };
    }

    public string[] Risks() => (RiskTypes ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);

    public static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;

    public static int? Digits(Domain.YearMonth? month) => month is { } m ? m.Year * 100 + m.Month : null;

    private static IEnumerable<string> RisksOf(Household h) =>
        new[] { h.RiskType1, h.RiskType2, h.RiskType3, h.RiskType4, h.RiskType5 }.OfType<string>().Where(r => r.Length > 0 && !r.Contains(',', StringComparison.Ordinal)).Distinct();
}
