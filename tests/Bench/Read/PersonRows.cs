using System.Diagnostics;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Bench.Host;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Tests.Bench.Read;

/// <summary>The way without figures: a narrow row per person, and statistic 1 of the province's children by GROUP BY.</summary>
internal static class PersonRows
{
    private const int Times = 9;

    private const string Table = """
        drop table if exists bench_person;
        create table bench_person (household bigint not null, city int not null, class smallint not null, sex smallint, ethnic smallint, political smallint,
                                   in_school boolean, born date, active boolean not null)
        """;

    private const string Statistic = """
        select city, count(distinct household), count(*), count(*) filter (where sex = 1), count(*) filter (where sex = 2), count(*) filter (where sex is null),
               count(*) filter (where ethnic <> 1), count(*) filter (where ethnic = 1), count(*) filter (where political = 1),
               count(*) filter (where born > date '2026-11-01' - interval '60 years' and born <= date '2026-11-01' - interval '16 years'), count(*) filter (where in_school)
        from bench_person where active and class <> 0 group by city order by city
        """;

    /// <summary>Milliseconds, one per run, the first discarded; the server may use its parallel workers.</summary>
    public static async Task<List<double>> MeasureAsync(BenchHost host, RegionCode region)
    {
        await host.AskAsync(Table + "; select 1");
        await using var database = NpgsqlDataSource.Create(host.Admin);
        await using var connection = await database.OpenConnectionAsync();
        await CopyAsync(connection, region);
        await host.AskAsync("vacuum analyze bench_person");
        var times = new List<double>();
        for (var i = 0; i <= Times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await using (var command = new NpgsqlCommand(Statistic, connection))
            await using (var reader = await command.ExecuteReaderAsync())
                while (await reader.ReadAsync()) { }
            if (i > 0) times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return times;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, RegionCode region)
    {
        await using var copy = await connection.BeginBinaryImportAsync("copy bench_person from stdin (format binary)");
        foreach (var file in Population.Files(region))
        {
            foreach (var member in file.Members)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(long.Parse(file.Household.HouseholdCode!), NpgsqlDbType.Bigint);
                await copy.WriteAsync(int.Parse(file.Household.AreaCode!.AsSpan(0, 6)), NpgsqlDbType.Integer);
                await copy.WriteAsync((short)1, NpgsqlDbType.Smallint);
                await copy.WriteAsync(short.Parse(member.Sex!), NpgsqlDbType.Smallint);
                await copy.WriteAsync(short.Parse(member.Ethnic!), NpgsqlDbType.Smallint);
                await copy.WriteAsync(short.Parse(member.Political!), NpgsqlDbType.Smallint);
                await copy.WriteAsync(member.SchoolStatus is not null, NpgsqlDbType.Boolean);
                await copy.WriteAsync(member.BirthDate!.Value, NpgsqlDbType.Date);
                await copy.WriteAsync(member.MemberStatus != MemberStatuses.Gone, NpgsqlDbType.Boolean);
            }
        }
        await copy.CompleteAsync();
    }
}
