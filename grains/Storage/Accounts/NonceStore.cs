using Npgsql;

namespace FangFanPin.Storage.Accounts;

/// <summary>Table <c>call_nonce</c>: nonces of calling systems, used once for all processes.</summary>
public sealed class NonceStore(NpgsqlDataSource database)
{
    private const string Insert = "insert into call_nonce (system, nonce, at) values ($1, $2, $3) on conflict do nothing";
    private const string Sweep = "delete from call_nonce where at < $1";

    /// <returns>False when it was used before.</returns>
    public async Task<bool> UseAsync(string system, string nonce, DateTimeOffset now, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Insert);
        foreach (var value in new object[] { system, nonce, now.ToUniversalTime() }) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    /// <param name="before">Older calls are refused by their time.</param>
    public async Task SweepAsync(DateTimeOffset before, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Sweep);
        command.Parameters.Add(new() { Value = before.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(ct);
    }
}
