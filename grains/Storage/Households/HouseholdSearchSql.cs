using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Storage.Households;

/// <summary>
/// The statement of one page of households over one range of villages. Every form walks one ordered index, or few side by side, and stops when the page
/// is full; only people found by a number are sorted, and of them there are few.
/// </summary>
internal sealed class HouseholdSearchSql : SearchSql
{
    private const string Columns = """
        h.code, coalesce(h.changed_version, h.version) as version, h.village, h.head_name, h.member_count, h.status, h.household_type, h.policy_status,
            h.monitor_category, h.risk_eliminated, h.recognized_month, h.eliminated_month, h.risk_types, h.net_per_capita, h.changed_at, h.changed_by
        """;

    private readonly SearchStep step;
    private readonly bool wide;

    public HouseholdSearchSql(HouseholdQuery query, ISealer sealer, SearchStep step) : base(query, sealer)
    {
        (this.step, wide) = (step, step.Wide);
        Text = AsksNumbers ? ByNumber() : wide && query.Name is not null ? ByName(query.Name) : AsksAge ? InWindow() : Walk();
    }

    public string Text { get; }

    /// <summary>Where the looking stops that is behind the walk: null when the walk itself decides.</summary>
    public SearchWindow? Window { get; private set; }

    private string Walk()
    {
        if (!ByRisk) return $"select {Columns} from household h where {All([Area("h"), .. States(), .. People()])} order by h.village, h.code limit {Value((long)step.Rows)}";
        var led = Led(step);
        return $"select {Columns} from ({led} offset 0) r {Household(All(["true", .. States(ledByRisk: true), .. People()]))} order by r.village, r.code limit {Value((long)step.Rows)}";
    }

    /// <summary>Ages stand with the members: those of so many households at once are asked, then the rows of the households that are shown are fetched.</summary>
    private string InWindow()
    {
        Window = Windowed(step, !wide && Query.Name is { } name ? [Named(name)] : []);
        return $"""
            select {Columns} from (
                select w.village, w.code from ({Window.Text}) w where {OfAge("w")} order by w.village, w.code limit {Value((long)step.Rows)}) w
            join household h on h.code = w.code order by w.village, w.code
            """;
    }

    private string ByNumber()
    {
        var found = string.Join(" intersect ", Numbers(ofHouseholds: true));
        var conditions = new List<string>([Area("h"), .. States(), .. People()]);
        if (wide && Query.Name is { } name) conditions.Add(Named(name));
        return $"with found (code) as materialized ({found}) select {Columns} from found f join household h on h.code = f.code where {All(conditions)} order by h.village, h.code limit {Value((long)step.Rows)}";
    }

    /// <summary>Heads by the beginning, heads by the end, members by the beginning: each in order, so the first of all are among the first of each.</summary>
    private string ByName(string name)
    {
        var limit = Value((long)step.Rows);
        string Heads(string condition) => $"(select {Columns} from household h where {condition} and {All([Area("h"), .. States(), .. People()])} order by h.village, h.code limit {limit})";
        var parts = new List<string> { Heads(BeginsWith("h.head_name", name)) };
        if (name.EnumerateRunes().Count() == NameKey) parts.Add(Heads($"right(h.head_name, {NameKey}) = {Value(name)}"));
        parts.Add($"""
            (select distinct on (m.village, m.household_code) {Columns} from household_member m join household h on h.code = m.household_code
            where {BeginsWith("m.name", name)} and {All([Area("m", "household_code"), .. States(), .. People()])} order by m.village, m.household_code limit {limit})
            """);
        return $"select distinct on (village, code) * from ({string.Join(" union all ", parts)}) u order by village, code limit {limit}";
    }

    private IEnumerable<string> People()
    {
        if (!wide && Query.Name is { } name) yield return Named(name);
        if (AsksAge) yield return OfAge("h");
    }

    private string OfAge(string alias) =>
        Somebody(alias, All([$"coalesce(m.status, {Value(MemberStatuses.Active)}) = {Value(MemberStatuses.Active)}", .. Births("m")]));

    private string Named(string name) => $"(strpos(h.head_name, {Value(name)}) > 0 or {Somebody("h", $"strpos(m.name, {Value(name)}) > 0")})";

    /// <summary>The offset keeps it a question per household: as a join the planner would read everybody.</summary>
    private static string Somebody(string alias, string condition) =>
        $"exists (select from household_member m where m.household_code = {alias}.code and {condition} offset 0)";

    private string Area(string alias, string code = "code") => step.Area(Value, alias, code);
}
