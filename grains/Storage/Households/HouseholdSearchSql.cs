using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using FangFanPin.Domain.Statistics;
using Npgsql;

namespace FangFanPin.Storage.Households;

/// <summary>The statement of one page over one range of villages, put together from constant pieces; values are always parameters.</summary>
internal sealed class HouseholdSearchSql
{
    private const string Columns = """
        select h.code, coalesce(h.changed_version, h.version), h.village, h.head_name, h.member_count, h.status, h.household_type, h.policy_status,
            h.monitor_category, h.risk_eliminated, h.recognized_month, h.eliminated_month, h.risk_types, h.net_per_capita, h.changed_at, h.changed_by
        from household h
        """;

    private readonly List<string> conditions = ["h.document is not null"];
    private readonly List<string> people = [];

    /// <param name="wide">Many households lie below the region: look names up first instead of walking past everybody.</param>
    public HouseholdSearchSql(HouseholdQuery query, ISealer sealer, bool wide, RegionCode from, RegionCode to, int limit)
    {
        Where($"h.village >= {Value(from.ToString())} and h.village <= {Value(to.ToString())}");
        if (query.After is { } after) Where($"(h.village, h.code) > ({Value(after.Village)}, {Value(after.Code)})");
        AddStates(query);
        AddPeople(query, sealer, wide);
        var with = people.Count == 0 ? "" : $"with found as materialized ({string.Join(" intersect ", people)})\n";
        var join = people.Count == 0 ? "" : "join found f on f.code = h.code ";
        Text = $"{with}{Columns} {join}where {string.Join(" and ", conditions)} order by h.village, h.code limit {Value((long)limit)}";
    }

    public string Text { get; }
    public List<NpgsqlParameter> Parameters { get; } = [];

    private void AddStates(HouseholdQuery query)
    {
        if (query.Status is { } status) Where($"h.status = {Value(status)}");
        if (query.Classes is { } classes)
        {
            Where($"h.class = any ({Value(classes.Members().Select(c => (short)c.Number).ToArray())})");
            if (classes.Members().All(c => c.Category is not null)) Where(Monitored);
        }
        if (query.MonitorCategory is { } category) Where($"{Monitored} and h.monitor_category = {Value(category)}");
        if (query.RiskEliminated is { } eliminated) Where($"{Monitored} and h.risk_eliminated = {Value(eliminated)}");
        if (query.RiskType is { } risk) Where($"h.risk_types @> {Value(new[] { risk })}");
    }

    /// <summary>As the partial index has it, so that the planner may take it.</summary>
    private const string Monitored = "h.monitor_category is not null";

    private void AddPeople(HouseholdQuery query, ISealer sealer, bool wide)
    {
        if (query.Certificate is { } certificate)
        {
            var hashes = Value(sealer.BlindIndexes(BlindKind.Certificate, BlindText.Certificate(certificate)));
            people.Add($"(select code from household where head_cert_index = any ({hashes}) union select household_code from household_member where cert_index = any ({hashes}))");
        }
        if (query.CertificateLastSix is { } six)
            people.Add($"select household_code as code from household_member where last6_index = any ({Value(sealer.BlindIndexes(BlindKind.CertificateLastSix, BlindText.CertificateLastSix(six)))})");
        if (query.Phone is { } phone)
        {
            var hashes = Value(sealer.BlindIndexes(BlindKind.Phone, BlindText.Phone(phone)));
            people.Add($"(select code from household where phone_index = any ({hashes}) union select household_code from household_member where phone_index = any ({hashes}))");
        }
        if (query.Name is { } name) AddName(name, wide && people.Count == 0);
    }

    private void AddName(string name, bool first)
    {
        var (from, to) = (Value(name), Value(name + "\U0010ffff")); // compared bytewise, nothing sorts behind that
        if (first)
            people.Add($"(select code from household where head_name >= {from} and head_name < {to} union select household_code from household_member where name >= {from} and name < {to})");
        else
            Where($"((h.head_name >= {from} and h.head_name < {to}) or exists (select from household_member m where m.household_code = h.code and m.name >= {from} and m.name < {to}))");
    }

    private void Where(string condition) => conditions.Add(condition);

    private string Value<T>(T value)
    {
        Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return $"${Parameters.Count}";
    }
}
