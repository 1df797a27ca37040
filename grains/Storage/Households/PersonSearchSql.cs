using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Storage.Households;

/// <summary>The statement of one page of people over one range of villages: by a number, by the beginning of a name, or along their households.</summary>
internal sealed class PersonSearchSql : SearchSql
{
    private const string OfPerson = "m.person_code, m.name, m.sex, m.birth_date, m.status";
    private const string OfHousehold = "h.head_name, h.status as household_status, h.household_type, h.policy_status, h.monitor_category, h.risk_eliminated";

    private readonly PersonQuery query;
    private readonly SearchStep step;

    public PersonSearchSql(PersonQuery query, ISealer sealer, SearchStep step) : base(query.Household, sealer)
    {
        (this.query, this.step) = (query, step);
        Text = AsksNumbers ? ByNumber() : step.Wide && Query.Name is { } name ? ByName(name) : step.Rows > HouseholdQuery.LimitMax + 1 && !ByRisk ? InRows() : InWindow();
    }

    public string Text { get; }
    public SearchWindow? Window { get; private set; }

    private string ByNumber()
    {
        var found = string.Join(" intersect ", Numbers(ofHouseholds: false));
        return $"""
            with found as materialized ({found})
            select h.village, h.code, {OfPerson}, {OfHousehold}
            from found f join household h on h.code = f.household_code join household_member m on m.household_code = f.household_code and m.person_code = f.person_code
            where {All([Area("h"), .. States(), .. Persons(named: true), .. Behind("h", "code")])} order by h.village, h.code, m.person_code limit {Value((long)step.Rows)}
            """;
    }

    private string ByName(string name) => $"""
        select m.village, m.household_code, {OfPerson}, {OfHousehold}
        from household_member m join household h on h.code = m.household_code
        where {BeginsWith("m.name", name)} and {All([Area("m", "household_code"), .. States(), .. Persons(named: false), .. Behind("m", "household_code")])}
        order by m.village, m.household_code, m.person_code limit {Value((long)step.Rows)}
        """;

    /// <summary>The offset keeps the members a question per household; their households' columns are fetched for the page alone.</summary>
    private string InWindow()
    {
        Window = Windowed(step);
        var persons = All(["m.household_code = w.code", .. Persons(named: true)]);
        var behind = All(["true", .. Behind("w", "code")]);
        return $"""
            select m.village, m.code, {OfPerson}, {OfHousehold} from (
                select w.village, w.code, m.* from ({Window.Text}) w cross join lateral (
                    select {OfPerson} from household_member m where {persons} order by m.person_code offset 0) m
                where {behind} order by w.village, w.code, m.person_code limit {Value((long)step.Rows)}) m
            join household h on h.code = m.code order by m.village, m.code, m.person_code
            """;
    }

    /// <summary>Readers of whole areas show nearly every household that they pass: its row is read once, on the way.</summary>
    private string InRows()
    {
        Window = Windowed(step);
        var rows = Window.Text.Replace(WindowColumns, $"select h.village, h.code, {OfHousehold}", StringComparison.Ordinal);
        var persons = All(["m.household_code = h.code", .. Persons(named: true)]);
        var behind = All(["true", .. Behind("h", "code")]);
        return $"""
            select h.village, h.code, {OfPerson}, h.head_name, h.household_status, h.household_type, h.policy_status, h.monitor_category, h.risk_eliminated
            from ({rows}) h cross join lateral (select {OfPerson} from household_member m where {persons} order by m.person_code offset 0) m
            where {behind} order by h.village, h.code, m.person_code limit {Value((long)step.Rows)}
            """;
    }

    private IEnumerable<string> Persons(bool named)
    {
        if (query.Sex is { } sex) yield return $"m.sex = {Value(sex)}";
        if (query.MemberStatus is { } status) yield return $"coalesce(m.status, {Value(MemberStatuses.Active)}) = {Value(status)}";
        foreach (var birth in Births("m")) yield return birth;
        if (named && Query.Name is { } name) yield return $"strpos(m.name, {Value(name)}) > 0";
    }

    private IEnumerable<string> Behind(string alias, string code)
    {
        if (step.After is { Person: { } person } after)
            yield return $"({alias}.village, {alias}.{code}, m.person_code) > ({Value(after.Village)}, {Value(after.Household)}, {Value(person)})";
    }

    private string Area(string alias, string code = "code") => step.Area(Value, alias, code);
}
