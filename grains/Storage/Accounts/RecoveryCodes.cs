using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace FangFanPin.Storage.Accounts;

/// <summary>Codes for the day the telephone is gone: each works once. Long enough that a plain hash is all that is stored.</summary>
public sealed class RecoveryCodes(NpgsqlDataSource database)
{
    private const int Count = 10;
    private const int Bytes = 8;
    private const string Delete = "delete from recovery_code where account = $1";
    private const string Insert = "insert into recovery_code (account, hash) select $1, unnest($2::bytea[])";
    private const string Use = "update recovery_code set used_at = $3 where account = $1 and hash = $2 and used_at is null";

    /// <summary>Ten new ones in place of the old, in the transaction that <paramref name="connection"/> is in.</summary>
    public static async Task<IReadOnlyList<string>> ReplaceAsync(NpgsqlConnection connection, string account, CancellationToken ct = default)
    {
        string[] codes = [.. Enumerable.Range(0, Count).Select(_ => Shown(RandomNumberGenerator.GetHexString(Bytes * 2, lowercase: true)))];
        await using (var delete = new NpgsqlCommand(Delete, connection) { Parameters = { new() { Value = account } } }) await delete.ExecuteNonQueryAsync(ct);
        await using var insert = new NpgsqlCommand(Insert, connection) { Parameters = { new() { Value = account }, new() { Value = codes.Select(Hash).ToArray() } } };
        await insert.ExecuteNonQueryAsync(ct);
        return codes;
    }

    /// <returns>False when it is none of the account's, or was used.</returns>
    public async Task<bool> UseAsync(string account, string code, DateTimeOffset now, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Use);
        foreach (var value in new object[] { account, Hash(code), now.ToUniversalTime() }) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private static string Shown(string hex) => string.Join('-', hex.Chunk(4).Select(c => new string(c)));

    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code.Replace("-", "", StringComparison.Ordinal).Trim().ToLowerInvariant()));
}
