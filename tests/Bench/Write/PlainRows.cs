using FangFanPin.Tests.Bench.Host;
using Npgsql;

namespace FangFanPin.Tests.Bench.Write;

/// <summary>The baseline: a table of rows as large as a household's, updated by key, one row per transaction, each client on its own session.</summary>
internal sealed class PlainRows : IAsyncDisposable
{
    private const string Sql = "update bench_row set version = version + 1, document = $2 where code = $1";
    private readonly NpgsqlDataSource database;
    private readonly int count;
    private NpgsqlConnection[] sessions = [];

    private PlainRows(NpgsqlDataSource database, int count, int rowBytes) => (this.database, this.count, RowBytes) = (database, count, rowBytes);

    /// <summary>Mean size of a household's row: document, contribution and search columns.</summary>
    public int RowBytes { get; }

    public static async Task<PlainRows> PrepareAsync(BenchHost host, int count, string table = "household")
    {
        var bytes = Convert.ToInt32(await host.AskAsync($"select avg(pg_column_size(h.*))::int from {table} h"));
        await host.AskAsync($"""
            drop table if exists bench_row;
            create table bench_row (code text collate "C" primary key, version bigint not null, document bytea not null) with (fillfactor = 80, toast_tuple_target = 8160);
            alter table bench_row alter column document set storage external;
            insert into bench_row select 'hh' || i, 1, decode(repeat('5a', {bytes}), 'hex') from generate_series(0, {count - 1}) i;
            analyze bench_row;
            select 1
            """);
        return new PlainRows(NpgsqlDataSource.Create(host.Admin), count, bytes);
    }

    public async Task<WriteBench.Outcome> UpdateAsync(int clients, int seconds)
    {
        if (sessions.Length == 0) sessions = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => database.OpenConnectionAsync().AsTask()));
        var commands = await Task.WhenAll(sessions.Select(PreparedAsync));
        var result = await WriteBench.Outcome.MeasureAsync(clients, seconds, BenchOptions.RequestsMax, async (client, random) =>
        {
            var command = commands[client];
            command.Parameters[0].Value = $"hh{random.Next(count)}";
            random.NextBytes((byte[])command.Parameters[1].Value!);
            await command.ExecuteNonQueryAsync();
        });
        foreach (var command in commands) await command.DisposeAsync();
        return result;
    }

    private async Task<NpgsqlCommand> PreparedAsync(NpgsqlConnection session)
    {
        var command = new NpgsqlCommand(Sql, session) { Parameters = { new() { Value = "" }, new() { Value = new byte[RowBytes] } } };
        await command.PrepareAsync();
        return command;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in sessions) await session.DisposeAsync();
        await database.DisposeAsync();
    }
}
