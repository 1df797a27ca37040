using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Sealing;
using FangFanPin.Domain.Statistics;
using Npgsql;

namespace FangFanPin.Storage.Households;

/// <summary>Conditions of lists as SQL over <c>household h</c>, put together from constant pieces; values are always parameters.</summary>
internal abstract class SearchSql(HouseholdQuery query, ISealer sealer)
{
    /// <summary>Characters of a name that lead to its entries in the indexes of names.</summary>
    public const int NameKey = 2;

    /// <summary>What a window gives of each household.</summary>
    protected const string WindowColumns = "select h.village, h.code";

    /// <summary>As the partial index has it, so that the planner may take it.</summary>
    private const string Monitored = "h.monitor_category is not null";

    /// <summary>Beside the risks, the monitored whatever theirs are: see 0210_monitored_ages.sql.</summary>
    private const string AnyMonitored = "*";

    protected HouseholdQuery Query => query;
    public List<NpgsqlParameter> Parameters { get; } = [];

    protected string Value<T>(T value)
    {
        Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return $"${Parameters.Count}";
    }

    protected static string All(IEnumerable<string> conditions) => string.Join(" and ", conditions);

    /// <summary>Whether the index of risks leads, which holds a row per risk, with births.</summary>
    protected bool ByRisk => Risk is not null;

    /// <summary>A page of monitored people of an age begins with their households of that age, which the index of the monitored does not tell from others.</summary>
    private string? Risk => query.RiskType ?? (AsksAge && AsksMonitored ? AnyMonitored : null);

    protected bool AsksAge => query.BornFrom is not null || query.BornTo is not null;

    private bool AsksMonitored => query.MonitorCategory is not null || query.RiskEliminated is not null || query.RecognizedYear is not null || query.EliminatedYear is not null
        || query.Classes is { } classes && classes.Members().Any() && classes.Members().All(c => c.Category is not null);

    /// <summary>What is asked of the household's own row. Rows without a village are no households any more.</summary>
    /// <param name="ledByRisk">The index of risks leads, and has answered for the risk.</param>
    protected List<string> States(bool ledByRisk = false)
    {
        var conditions = new List<string>();
        if (query.Status is { } status) conditions.Add($"h.status = {Value(status)}");
        if (query.Classes is { } classes) AddClasses(conditions, [.. classes.Members()]);
        if (query.MonitorCategory is { } category) conditions.Add($"{Monitored} and h.monitor_category = {Value(category)}");
        if (query.RiskEliminated is { } eliminated) conditions.Add($"{Monitored} and h.risk_eliminated = {Value(eliminated)}");
        if (!ledByRisk && query.RiskType is { } risk) conditions.Add($"h.risk_types @> {Value(new[] { risk })}");
        if (query.IncomeFrom is { } from) conditions.Add($"h.income_band >= {Value(Band(from))} and h.net_per_capita >= {Value(from)}");
        if (query.IncomeBelow is { } below) conditions.Add($"h.income_band <= {Value(Band(below))} and h.net_per_capita < {Value(below)}");
        if (query.RecognizedYear is { } recognized) AddYear(conditions, "h.recognized_month", recognized);
        if (query.EliminatedYear is { } ended) AddYear(conditions, "h.eliminated_month", ended);
        return conditions;
    }

    /// <summary>A range of classes is compared inside the index, a set of them is not; who is monitored, and out of danger, leads to the smaller index.</summary>
    private void AddClasses(List<string> conditions, StatisticClass[] classes)
    {
        if (classes.Length == 0)
        {
            conditions.Add("false");
            return;
        }
        var (least, most) = ((short)classes.Min(c => c.Number), (short)classes.Max(c => c.Number));
        conditions.Add($"h.class between {Value(least)} and {Value(most)}");
        if (most - least + 1 > classes.Length) conditions.Add($"h.class = any ({Value(classes.Select(c => (short)c.Number).ToArray())})");
        if (classes.All(c => c.Category is not null)) conditions.Add(Monitored);
        if (classes.All(c => c.Risk == RiskState.Open)) conditions.Add($"h.risk_eliminated = {Value(YesNo.No)}");
        if (classes.All(c => c.Risk == RiskState.Eliminated)) conditions.Add($"h.risk_eliminated = {Value(YesNo.Yes)}");
    }

    /// <summary>As the generated column has it: what the index compares before the row is looked into.</summary>
    private static short Band(decimal income) => income switch
    {
        < 0 => 0,
        < 10_000 => (short)Math.Floor(income / 1000),
        < 20_000 => 10,
        < 50_000 => 20,
        _ => 50,
    };

    /// <summary>Only who is monitored has such a month.</summary>
    private void AddYear(List<string> conditions, string column, int year) =>
        conditions.Add($"{Monitored} and {column} between {Value(year * 100)} and {Value(year * 100 + 99)}");

    /// <summary>
    /// Households with the risk, or of the monitored, in order; where an age is asked for, without those whose oldest is too young or youngest too old for it. The offsets here
    /// and in <see cref="Household"/> keep the order that the index has.
    /// </summary>
    protected string Led(SearchStep step)
    {
        var conditions = new List<string>([$"r.risk_type = {Value(Risk!)}", step.Area(Value, "r", "code")]);
        if (query.BornTo is { } to) conditions.Add($"r.oldest <= {Value(to)}");
        if (query.BornFrom is { } from) conditions.Add($"r.youngest >= {Value(from)}");
        return $"select r.village, r.code from household_risk r where {All(conditions)} order by r.village, r.code";
    }

    /// <summary>The household of each that an index has found, if it holds what else is asked.</summary>
    protected static string Household(string conditions) => $"cross join lateral (select * from household h where h.code = r.code and {conditions} offset 0) h";

    /// <summary>The next households of the range by their own rows alone; to be called before any other condition is added.</summary>
    /// <param name="more">Asked of their rows too.</param>
    protected SearchWindow Windowed(SearchStep step, params IEnumerable<string> more)
    {
        var ordered = ByRisk ? LedWindow(step, [.. States(ledByRisk: true), .. more])
            : $"{WindowColumns} from household h where {All([step.Area(Value, "h", "code"), .. States(), .. more])} order by h.village, h.code";
        return new SearchWindow(ordered, step.WindowRows, Parameters.Count);
    }

    /// <summary>Where the risk is all that is asked, no row is looked into.</summary>
    private string LedWindow(SearchStep step, string[] states) => states.Length == 0 ? Led(step)
        : $"select r.village, r.code from ({Led(step)} offset 0) r {Household(All(states))} order by r.village, r.code";

    /// <param name="alias">Of <c>household_member</c>.</param>
    protected IEnumerable<string> Births(string alias)
    {
        if (query.BornFrom is { } from) yield return $"{alias}.birth_date >= {Value(from)}";
        if (query.BornTo is { } to) yield return $"{alias}.birth_date <= {Value(to)}";
    }

    /// <summary>
    /// Bytewise, so nothing that begins with the name sorts behind the end. What the beginning says is not said again, and the end is a comparison of
    /// rows: the planner takes conditions for independent, would expect nobody, and sort instead of walking in order.
    /// </summary>
    protected string BeginsWith(string column, string name)
    {
        var beginning = Beginning(name);
        var begins = $"left({column}, {NameKey}) = {Value(beginning)}";
        return beginning == name ? begins : $"{begins} and {column} >= {Value(name)} and ({column}, '') < ({Value(name + "\U0010ffff")}, '')";
    }

    private static string Beginning(string name) => string.Concat(name.EnumerateRunes().Take(NameKey).Select(r => r.ToString()));

    /// <summary>Select statements of (household_code, person_code), one per number that is asked for.</summary>
    /// <param name="ofHouseholds">The numbers of the household itself count too, with no person.</param>
    protected List<string> Numbers(bool ofHouseholds)
    {
        var found = new List<string>();
        if (query.Certificate is { } certificate)
            found.Add(Found("cert_index", ofHouseholds ? "household where head_cert_index" : null, sealer.BlindIndexes(BlindKind.Certificate, BlindText.Certificate(certificate))));
        if (query.CertificateLastSix is { } six)
            found.Add(Found("last6_index", null, sealer.BlindIndexes(BlindKind.CertificateLastSix, BlindText.CertificateLastSix(six))));
        if (query.Phone is { } phone)
            found.Add(Found("phone_index", ofHouseholds ? "household_phone where phone_index" : null, sealer.BlindIndexes(BlindKind.Phone, BlindText.Phone(phone))));
        return found;

        string Found(string ofMember, string? ofHousehold, byte[][] hashes)
        {
            var any = $"= any ({Value(hashes)})";
            if (!ofHouseholds) return $"select household_code, person_code from household_member where {ofMember} {any}";
            var members = $"select household_code from household_member where {ofMember} {any}";
            return ofHousehold is null ? members : $"({members} union select code from {ofHousehold} {any})";
        }
    }

    protected bool AsksNumbers => query.Certificate is not null || query.CertificateLastSix is not null || query.Phone is not null;
}
