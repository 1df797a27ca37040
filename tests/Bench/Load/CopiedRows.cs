using System.Diagnostics;
using FangFanPin.Tests.Bench.Host;
using Npgsql;

namespace FangFanPin.Tests.Bench.Load;

/// <summary>The baseline of a load: COPY of the very rows that it left, binary, one session, one transaction, into empty tables of the same shape with the same indexes.</summary>
internal static class CopiedRows
{
    private static readonly string[] Tables = ["household", "household_phone", "household_member", "household_history"];

    /// <returns>Persons per second.</returns>
    public static async Task<double> RunAsync(BenchHost host)
    {
        foreach (var table in Tables) await host.AskAsync($"create table copy_of_{table} (like {table} including all)");
        await using var from = new NpgsqlConnection(host.Admin);
        await using var to = new NpgsqlConnection(host.Admin);
        await from.OpenAsync();
        await to.OpenAsync();
        var watch = Stopwatch.StartNew();
        await using var transaction = await to.BeginTransactionAsync();
        foreach (var table in Tables) await CopyAsync(host, from, to, table);
        await transaction.CommitAsync();
        var seconds = watch.Elapsed.TotalSeconds;
        return (long)(await host.AskAsync("select count(*) from copy_of_household_member"))! / seconds;
    }

    private static async Task CopyAsync(BenchHost host, NpgsqlConnection from, NpgsqlConnection to, string table)
    {
        var columns = (string)(await host.AskAsync(
            $"select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped and attgenerated = ''"))!;
        await using var reader = await from.BeginRawBinaryCopyAsync($"copy {table} ({columns}) to stdout (format binary)");
        await using var writer = await to.BeginRawBinaryCopyAsync($"copy copy_of_{table} ({columns}) from stdin (format binary)");
        await reader.CopyToAsync(writer, 1 << 20);
    }
}
