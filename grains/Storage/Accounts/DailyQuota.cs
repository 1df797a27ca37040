using Npgsql;

namespace FangFanPin.Storage.Accounts;

/// <summary>Table <c>unmask_use</c>: a bound per account and day that all processes share.</summary>
public sealed class DailyQuota(NpgsqlDataSource database)
{
    private const string Take = """
        insert into unmask_use as u (account, day, used) values ($1, $2, 1)
        on conflict (account, day) do update set used = u.used + 1 where u.used < $3
        returning used
        """;
    private const string Sweep = "delete from unmask_use where day < $1";

    /// <summary>Takes one of the day's.</summary>
    /// <param name="day">In Asia/Shanghai.</param>
    /// <param name="most">At least one.</param>
    /// <returns>How many are left, or null when none was.</returns>
    public async Task<int?> TakeAsync(string account, DateOnly day, int most, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Take);
        foreach (var value in new object[] { account, day, most }) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(ct) is int used ? most - used : null;
    }

    public async Task SweepAsync(DateOnly before, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Sweep);
        command.Parameters.Add(new() { Value = before });
        await command.ExecuteNonQueryAsync(ct);
    }
}
