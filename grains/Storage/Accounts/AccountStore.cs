using System.Collections.Immutable;
using FangFanPin.Domain.Regions;
using Npgsql;

namespace FangFanPin.Storage.Accounts;

/// <summary>An account as stored.</summary>
/// <param name="PasswordHash">Of ASP.NET Core Identity's hasher; never leaves the server.</param>
/// <param name="Region">The account's area: this region and everything below it.</param>
public sealed record Account(string Name, string PasswordHash, string DisplayName, ImmutableArray<string> Roles, RegionCode Region, bool MustChange, bool Disabled);

/// <summary>Table <c>accounts</c>.</summary>
public sealed class AccountStore(NpgsqlDataSource database)
{
    private const string Select = "select name, password_hash, display_name, roles, region, must_change, disabled from accounts where name = $1";
    private const string Insert =
        "insert into accounts (name, password_hash, display_name, roles, region, must_change) values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    private const string SetPassword =
        "update accounts set password_hash = $2, must_change = false, changed_at = now() where name = $1 and password_hash = $3";

    /// <returns>Null when there is no such account.</returns>
    public async Task<Account?> FindAsync(string name, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Select);
        command.Parameters.Add(new() { Value = name });
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        return new Account(reader.GetString(0), reader.GetString(1), reader.GetString(2), [.. reader.GetFieldValue<string[]>(3)],
            RegionCode.Parse(reader.GetInt64(4).ToString("D12", System.Globalization.CultureInfo.InvariantCulture)), reader.GetBoolean(5), reader.GetBoolean(6));
    }

    /// <returns>False when the name is taken; the account is then left as it was.</returns>
    public async Task<bool> CreateAsync(Account account, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Insert);
        object[] values = [account.Name, account.PasswordHash, account.DisplayName, account.Roles.ToArray(), account.Region.Number, account.MustChange];
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    /// <returns>False when the password was changed meanwhile.</returns>
    public async Task<bool> SetPasswordAsync(string name, string newHash, string oldHash, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(SetPassword);
        foreach (var value in new[] { name, newHash, oldHash }) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }
}
