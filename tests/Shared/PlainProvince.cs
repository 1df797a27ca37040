using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Tests.Shared;

/// <summary>
/// Rows of households and members of believable distribution, made by the database itself in seconds: for plans and for lists at the province's size,
/// without a grain. Documents are filling that no key opens, and owe nothing to any figure.
/// </summary>
public static class PlainProvince
{
    /// <summary>The province has 2.3 million households in 52,378 villages.</summary>
    public const int HouseholdsPerVillage = 44;

    private const string IndexNames = """
        select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
        where indrelid in ('household'::regclass, 'household_phone'::regclass, 'household_member'::regclass) and not indisprimary
        """;

    /// <summary>Equal numbers have equal parts; <c>salt</c> makes parts of one number independent of each other.</summary>
    private const string Functions = """
        create or replace function pg_temp.part(id bigint, salt bigint, most int) returns int immutable language sql
            return ((hashint8extended(id, salt) & 2147483647) % most)::int;
        -- The first of many comes up often and the last seldom, as with surnames.
        create or replace function pg_temp.skewed(id bigint, salt bigint, letters text) returns text immutable language sql
            return substr(letters, 1 + (length(letters) * power(pg_temp.part(id, salt, 1000000) / 1000000.0, 2))::int % length(letters), 1);
        create or replace function pg_temp.name(family bigint, id bigint) returns text immutable language sql
            return pg_temp.skewed(family, 1, '王李张刘杨赵陈郭马孙朱徐高胡吴宋周闫杜韩许董冯任程魏崔田梁袁孟曹常史秦侯谢郑贾苏')
                || case when pg_temp.part(id, 2, 100) < 20 then '' else pg_temp.skewed(id, 3, '秀桂玉凤春爱素淑国建德文明学志永金富福万') end
                || pg_temp.skewed(id, 4, '英兰珍荣枝花梅芝莲云香强伟涛鹏飞磊杰超勇刚斌凯浩丽娟敏静霞红燕艳芳慧');
        """;

    /// <summary>Shares as the invented population has them: one in ten was ever monitored, four in five of these are out of danger.</summary>
    private const string Households = """
        insert into household (code, version, write_id, village, document, status, class, household_type, policy_status, monitor_category, risk_eliminated,
            recognized_month, eliminated_month, risk_types, head_name, head_cert_index, member_count, net_per_capita, changed_version, changed_at, changed_by)
        select '53' || lpad(h::text, 14, '0'), 1, '00000000-0000-0000-0000-000000000001', village, decode(repeat(md5(h::text), greatest(1, $3 / 16)), 'hex'),
            case when pg_temp.part(h, 10, 1000) < 3 then '2' else '1' end,
            poverty * 10 + case when category > 0 then 1 + (category - 1) * 3 + eliminated else 0 end,
            case when poverty > 0 then '1' else '2' end, case poverty when 1 then '1' when 2 then '2' end,
            nullif(category, 0)::text, case when category > 0 then eliminated::text end,
            case when category > 0 then recognized end, case when category > 0 and eliminated = 1 then recognized + 100 end,
            case when category = 0 then '{}' when pg_temp.part(h, 16, 100) < 40 then array[risk1] else array(select distinct unnest(array[risk1, risk2])) end,
            pg_temp.name(h, h * 8), decode(md5('c' || h * 8), 'hex'),
            1 + pg_temp.part(h, 17, 5), case when pg_temp.part(h, 18, 1000) < 5 then 3000 else 8300 end + pg_temp.part(h, 19, 16000), 1, now(), 'plain'
        from (
            select h, village, case when pg_temp.part(h, 11, 100) < 10 then 1 + pg_temp.part(h, 12, 3) else 0 end as category,
                case when pg_temp.part(h, 13, 100) < 82 then 1 else 0 end as eliminated,
                case when pg_temp.part(h, 14, 100) < 87 then 1 else 2 end as poverty,
                (2021 + pg_temp.part(h, 15, 6)) * 100 + 1 + pg_temp.part(h, 20, 12) as recognized,
                lpad((1 + (10 * power(pg_temp.part(h, 21, 1000) / 1000.0, 3))::int)::text, 2, '0') as risk1,
                lpad((1 + (10 * power(pg_temp.part(h, 22, 1000) / 1000.0, 3))::int)::text, 2, '0') as risk2
            from (select (v.number - 1) * $2 + n as h, v.village from unnest($1) with ordinality as v (village, number), generate_series(1, $2) as n) numbered
        ) drawn
        """;

    private const string Phones = "insert into household_phone select code, decode(md5('p' || substr(code, 3)::bigint), 'hex') from household where changed_by = 'plain'";

    /// <summary>The head is the member 01.</summary>
    private const string Members = """
        insert into household_member (household_code, person_code, village, name, sex, birth_date, status, cert_index, last6_index, phone_index)
        select code, code || lpad(n::text, 2, '0'), village, pg_temp.name(h, h * 8 + n - 1), 1 + pg_temp.part(h, 30 + n, 2),
            date '2026-06-01' - (365 * case when pg_temp.part(h, 70 + n, 1000) < 4 then 90 + pg_temp.part(h, 80 + n, 10) else 88 * power(pg_temp.part(h, 40 + n, 10000) / 10000.0, 1.1) end)::int,
            case when pg_temp.part(h, 50 + n, 100) < 2 then '2' else '1' end, decode(md5('c' || h * 8 + n - 1), 'hex'),
            decode(md5('s' || lpad(pg_temp.part(h, 60 + n, 400000)::text, 6, '0')), 'hex'), case when n < 3 then decode(md5('p' || 1000000000 + h * 8 + n), 'hex') end
        from (select code, village, member_count, substr(code, 3)::bigint as h from household where changed_by = 'plain') f, generate_series(1, f.member_count) as n
        """;

    /// <summary>The rows' own triggers have found nobody: members came later.</summary>
    private const string Ages = """
        update household_risk r set oldest = b.oldest, youngest = b.youngest
        from (select household_code, min(birth_date) as oldest, max(birth_date) as youngest from household_member group by household_code) b
        where b.household_code = r.code
        """;

    /// <summary>What a number is hashed to when <paramref name="letter"/> is c (certificate), s (its last six) or p (phone).</summary>
    public static byte[] Hash(char letter, string number) => System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(letter + number));

    /// <param name="admin">A session that may write and analyse; nothing of it is kept for the next.</param>
    /// <param name="villages">Twelve digits each.</param>
    /// <param name="documentBytes">Of each filling: 1,500 is the real width.</param>
    /// <returns>Households and members.</returns>
    public static async Task<(long Households, long Members)> FillAsync(
        NpgsqlConnection admin, IReadOnlyCollection<string> villages, int perVillage = HouseholdsPerVillage, int documentBytes = 1500)
    {
        await RunAsync(admin, "set synchronous_commit = off");
        await RunAsync(admin, Functions);
        var indexes = await IndexesAsync(admin); // made afterwards, which takes a quarter of the time
        foreach (var (name, _) in indexes) await RunAsync(admin, $"drop index {name}");
        var households = await RunAsync(admin, Households,
            new() { Value = villages.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }, new() { Value = perVillage }, new() { Value = documentBytes });
        await RunAsync(admin, Phones);
        var members = await RunAsync(admin, Members);
        await RunAsync(admin, Ages);
        foreach (var (_, definition) in indexes) await RunAsync(admin, definition);
        await RunAsync(admin, "vacuum analyze household, household_phone, household_member, household_risk");
        return (households, members);
    }

    private static async Task<List<(string Name, string Definition)>> IndexesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(IndexNames, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var indexes = new List<(string, string)>();
        while (await reader.ReadAsync()) indexes.Add((reader.GetString(0), reader.GetString(1)));
        return indexes;
    }

    private static async Task<long> RunAsync(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync();
    }
}
