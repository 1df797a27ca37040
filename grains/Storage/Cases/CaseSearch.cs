using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <summary>Lists and counts from the cases' own rows: there is no second copy that could lag.</summary>
public sealed class CaseSearch(NpgsqlDataSource database) : ICaseSearch
{
    internal const string Columns = """
        select c.id, c.changed_version, c.kind, c.step, c.village, c.household, c.head_name, c.source, c.handler_level, c.due_on, c.escalation,
            c.opened_at, c.step_since, c.closed_at, c.total_due_on, c.publicity_to, c.urged_on
        """;

    private const string NeverDue = "date '9000-01-01'";

    public async Task<CasePage> FindAsync(CaseQuery query, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand();
        var sql = new CaseSql(command);
        sql.Filter(query);
        command.CommandText = $"{Columns} from case_file c where {sql.Conditions} order by coalesce(c.due_on, {NeverDue}), c.id limit {sql.Value((long)query.Limit + 1)}";
        await using var reader = await command.ExecuteReaderAsync(ct);
        var lines = new List<CaseLine>();
        while (await reader.ReadAsync(ct)) lines.Add(LineOf(reader));
        if (lines.Count <= query.Limit) return new CasePage(lines, null);
        var last = lines[query.Limit - 1];
        return new CasePage(lines[..query.Limit], new CaseCursor(last.DueOn ?? CaseCursor.Never, last.Id));
    }

    public async Task<IReadOnlyList<CaseCount>> CountAsync(IReadOnlyList<HandledVillages> handled, DateOnly today, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand();
        var sql = new CaseSql(command);
        var now = sql.Value(today);
        command.CommandText = $"""
            select c.kind, c.step, count(*)::int, count(*) filter (where c.due_on < {now})::int, count(*) filter (where c.due_on = {now})::int
            from case_file c where c.is_open and {sql.Handled(handled)} group by 1, 2 order by 1, 2
            """;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var counts = new List<CaseCount>();
        while (await reader.ReadAsync(ct)) counts.Add(new CaseCount(reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4)));
        return counts;
    }

    public async Task<IReadOnlyList<CaseChangeMark>> ChangedSinceAsync(DateTimeOffset since, int limit, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand("select id, changed_version, village, changed_at from case_file where changed_at > $1 order by changed_at limit $2");
        command.Parameters.Add(new() { Value = since.ToUniversalTime() });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var marks = new List<CaseChangeMark>();
        while (await reader.ReadAsync(ct))
            marks.Add(new CaseChangeMark(reader.GetString(0), reader.GetInt64(1), RegionCode.Parse(reader.GetString(2)), reader.GetFieldValue<DateTimeOffset>(3)));
        return marks;
    }

    internal static CaseLine LineOf(NpgsqlDataReader r) => new(
        r.GetString(0), r.GetInt64(1), r.GetString(2), r.GetString(3), r.GetString(4), Text(r, 5), Text(r, 6), r.GetString(7),
        r.IsDBNull(8) ? null : (RegionLevel)r.GetInt16(8), Day(r, 9), r.GetInt16(10), r.GetFieldValue<DateTimeOffset>(11), r.GetFieldValue<DateTimeOffset>(12),
        r.IsDBNull(13) ? null : r.GetFieldValue<DateTimeOffset>(13), Day(r, 14), Day(r, 15), Day(r, 16));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    private static DateOnly? Day(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateOnly>(column);

    /// <summary>Conditions put together from constant pieces; values are always parameters.</summary>
    private sealed class CaseSql(NpgsqlCommand command)
    {
        private readonly List<string> conditions = [];

        public string Conditions => conditions.Count == 0 ? "true" : string.Join(" and ", conditions);

        public void Filter(CaseQuery query)
        {
            if (query.DoneBy is null && query.OpenedBy is null || query.Villages.Count > 0) Below(query.Villages);
            if (GroupOf(query.Group) is { } group) conditions.Add(group);
            if (query.Kind is { } kind) conditions.Add($"c.kind = {Value(kind)}");
            if (query.Step is { } step) conditions.Add($"c.step = {Value(step)}");
            if (query.Level is { } handler) conditions.Add($"c.handler_level = {Value((short)handler)}");
            if (query.Opened is { } opened) conditions.Add($"c.opened_at >= {Value(opened.From)} and c.opened_at < {Value(opened.To)}");
            if (query.Closed is { } closed) conditions.Add($"c.closed_at >= {Value(closed.From)} and c.closed_at < {Value(closed.To)}");
            if (query.OnStepBefore is { } since) conditions.Add($"c.is_open and c.step_since < {Value(since)}");
            if (query.Household is { } household) conditions.Add($"c.household = {Value(household)}");
            if (query.Name is { } name) conditions.Add($"c.head_name >= {Value(name)} and c.head_name < {Value(name + "\U0010ffff")}");
            if (query.Overdue is { } overdue) conditions.Add(overdue ? $"c.due_on < {Value(query.Today)}" : $"(c.due_on is null or c.due_on >= {Value(query.Today)})");
            if (query.Handled is { } handled) conditions.Add($"c.is_open and {Handled(handled)}");
            // One level up per escalation after the first, which tells the handler itself.
            if (query.EscalatedTo is { } level) conditions.Add($"c.is_open and c.handler_level > {Value((short)level)} and c.handler_level - (c.escalation - 1) <= {Value((short)level)}");
            if (query.Left is { } left) conditions.Add(LeftIn(left, query));
            if (query.Defect is { } defect) conditions.Add($"coalesce(c.is_open and c.defect_on < {Value(query.Today)}, false) = {Value(defect)}");
            if (query.OpenedBy is { } opener) conditions.Add($"c.opened_by = {Value(opener)}");
            if (query.DoneBy is { } doer) conditions.Add($"exists (select from case_history h where h.id = c.id and h.actor = {Value(doer)} and h.action <> 'look')");
            if (query.After is { } after) conditions.Add($"(coalesce(c.due_on, {NeverDue}), c.id) > ({Value(after.DueOn)}, {Value(after.Id)})");
        }

        private string LeftIn(Stretch left, CaseQuery query)
        {
            var step = query.LeftStep is { } name ? $" and h.from_step = {Value(name)}" : "";
            var time = query.LeftOnTime is { } onTime ? $" and h.on_time = {Value(onTime)}" : "";
            return $"exists (select from case_history h where h.id = c.id and h.on_time is not null and h.at >= {Value(left.From)} and h.at < {Value(left.To)}{step}{time})";
        }

        public void Below(IReadOnlyList<(RegionCode From, RegionCode To)> villages) => conditions.Add(villages.Count == 0
            ? "false"
            : $"exists (select from unnest({Value(villages.Select(v => v.From.ToString()).ToArray())}, {Value(villages.Select(v => v.To.ToString()).ToArray())}) as v (lo, hi) where c.village >= v.lo and c.village <= v.hi)");

        public string Handled(IReadOnlyList<HandledVillages> handled) => handled.Count == 0
            ? "false"
            : $"({string.Join(" or ", handled.Select(h => $"c.handler_level = {Value((short)h.Level)} and c.village = any ({Value(h.Villages.ToArray())})"))})";

        public string Value<T>(T value)
        {
            command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
            return $"${command.Parameters.Count}";
        }

        private static string? GroupOf(CaseGroup group) => group switch
        {
            CaseGroup.Unaccepted => $"c.is_open and c.step in ('{CaseSteps.Waiting}', '{CaseSteps.WarningNew}')",
            CaseGroup.Open => $"c.is_open and c.step not in ('{CaseSteps.Waiting}', '{CaseSteps.WarningNew}')",
            CaseGroup.Closed => "not c.is_open",
            _ => null,
        };
    }
}
