using System.Globalization;
using FangFanPin.Domain;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Regions;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Accounts;

/// <summary>Table <c>accounts</c>. Every row is signed when written and checked when read.</summary>
public sealed class AccountStore(NpgsqlDataSource database, AccountKeys keys) : IAreaOf
{
    private const string Columns =
        "select name, password_hash, display_name, roles, region, must_change, disabled, stamp, password_changed_at, created_at, last_login_at, phone_index, totp_secret, totp_confirmed, totp_step, enrol_hash, mac from accounts";
    private const string ByName = $"{Columns} where name = $1";
    private const string ByPhone = $"{Columns} where phone_index = any ($1)";
    private const string Listed = $"{Columns} where name > $1 order by name limit $2";
    private const string Dormant = $"{Columns} where not disabled and coalesce(last_login_at, created_at) <= $1 order by name limit 1000";
    private const string Insert = """
        insert into accounts (name, password_hash, display_name, roles, region, must_change, disabled, stamp, password_changed_at, phone_index, totp_secret, totp_confirmed, enrol_hash, mac, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict do nothing
        """;
    private const string Update = """
        update accounts set password_hash = $2, display_name = $3, roles = $4, region = $5, must_change = $6, disabled = $7, stamp = $8, password_changed_at = $9,
            phone_index = $10, totp_secret = $11, totp_confirmed = $12, enrol_hash = $13, mac = $14, last_login_at = $15, changed_at = now()
        where name = $1
        """;
    private const string Remember = "insert into password_history (account, at, hash) values ($1, $2, $3) on conflict (account, at) do update set hash = excluded.hash";
    private const string Forget = """
        delete from password_history h where account = $1
          and at not in (select at from password_history where account = $1 order by at desc limit $2)
        """;
    private const string Past = "select hash from password_history where account = $1 order by at desc limit $2";
    private const string Seen = "update accounts set last_login_at = $2 where name = $1";
    private const string UseStep = "update accounts set totp_step = $2 where name = $1 and totp_step < $2";
    private const string EndSessions = "update login_session set ended_at = $2, end_reason = $3 where account = $1 and ended_at is null";

    /// <returns>Null when there is no such account; one that is not <see cref="Account.Intact"/> grants nothing.</returns>
    public Task<Account?> FindAsync(string name, CancellationToken ct = default) => OneAsync(ByName, name, ct);

    /// <summary>By name, or by the phone number that serves as one.</summary>
    public Task<Account?> FindLoginAsync(string typed, CancellationToken ct = default) =>
        LoginName.IsPhone(typed) ? OneAsync(ByPhone, keys.PhoneIndexes(typed), ct) : OneAsync(ByName, typed, ct);

    /// <summary>By name, those after <paramref name="after"/>; the caller leaves out what lies outside its area.</summary>
    public Task<List<Account>> ListAsync(string after, int limit, CancellationToken ct = default) => ManyAsync(Listed, ct, after, limit);

    /// <summary>At most a thousand that were not used for <see cref="Account.DormantAfter"/>.</summary>
    public Task<List<Account>> DormantAsync(DateTimeOffset now, CancellationToken ct = default) =>
        ManyAsync(Dormant, ct, (now - Account.DormantAfter).ToUniversalTime());

    async ValueTask<RegionCode?> IAreaOf.FindAsync(string id, CancellationToken ct) => (await FindAsync(id, ct))?.Region;

    /// <param name="account">As it is to be.</param>
    /// <param name="record">As in <see cref="ChangeAsync"/>; null for what the system itself sets up.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <returns>False when the name or the phone number is taken; the account is then left as it was.</returns>
    /// <exception cref="PostgresException">A set of roles that one person may not hold.</exception>
    public async Task<bool> CreateAsync(Account account, Func<Account, Hashes, AuditEntry>? record = null, CancellationToken ct = default)
    {
        var now = DateTimeOffset.UtcNow;
        var signed = account with
        {
            PasswordChangedAt = account.PasswordChangedAt == default ? now : account.PasswordChangedAt,
            CreatedAt = account.CreatedAt == default ? now : account.CreatedAt,
        };
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var insert = new NpgsqlCommand(Insert, connection, transaction))
        {
            Fill(insert, signed);
            insert.Parameters.Add(new() { Value = signed.CreatedAt.ToUniversalTime() });
            if (await insert.ExecuteNonQueryAsync(ct) == 0) return false;
        }
        await RememberAsync(connection, transaction, signed, ct);
        if (record is not null) await AuditLog.InsertAsync(connection, [record(signed, new Hashes(null, keys.Mac(signed)))], ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Changes an account under a lock, gives it a new stamp and ends all its sessions.</summary>
    /// <param name="name">An unknown one is <see cref="AccountStoreErrors.NotFound"/>.</param>
    /// <param name="change">From the row as it stands; an error leaves everything as it was.</param>
    /// <param name="reason">Why the sessions end.</param>
    /// <param name="now">UTC.</param>
    /// <param name="record">The entry of the audit, of the row and the keyed hashes that it had and has. It stands in the same transaction.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async Task<Outcome<Account>> ChangeAsync(
        string name, Func<Account, Outcome<Account>> change, string reason, DateTimeOffset now, Func<Account, Hashes, AuditEntry> record, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await ReadAsync(connection, transaction, name, ct) is not { } old) return AccountStoreErrors.NotFound;
        if (!old.Intact) return AccountStoreErrors.Tampered;
        var changed = change(old);
        if (!changed.Ok) return changed;
        var account = changed.Value! with { Stamp = Guid.NewGuid() };
        await WriteAsync(connection, transaction, account, ct);
        if (account.PasswordHash != old.PasswordHash) await RememberAsync(connection, transaction, account, ct);
        await ExecuteAsync(connection, transaction, EndSessions, ct, name, now.ToUniversalTime(), reason);
        await AuditLog.InsertAsync(connection, [record(account, new Hashes(keys.Mac(old), keys.Mac(account)))], ct);
        await transaction.CommitAsync(ct);
        return account;
    }

    /// <summary>As <see cref="ChangeAsync"/>, but what was granted stays: a second factor is set up.</summary>
    /// <param name="name">As there.</param>
    /// <param name="change">As there.</param>
    /// <param name="alongside">In the same transaction; null for nothing.</param>
    /// <param name="ct">Ends the waiting.</param>
    public async Task<Outcome<Account>> AmendAsync(
        string name, Func<Account, Outcome<Account>> change, Func<Account, Hashes, NpgsqlConnection, Task>? alongside = null, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await ReadAsync(connection, transaction, name, ct) is not { } old) return AccountStoreErrors.NotFound;
        if (!old.Intact) return AccountStoreErrors.Tampered;
        var changed = change(old);
        if (!changed.Ok) return changed;
        await WriteAsync(connection, transaction, changed.Value!, ct);
        if (alongside is not null) await alongside(changed.Value!, new Hashes(keys.Mac(old), keys.Mac(changed.Value!)), connection);
        await transaction.CommitAsync(ct);
        return changed;
    }

    /// <summary>Signs a row anew, whatever it says now. For rows from before there were signatures, by somebody who knows what must stand in them.</summary>
    public async Task ReplaceAsync(Account account, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await WriteAsync(connection, transaction, account, ct);
        await RememberAsync(connection, transaction, account, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Signs and seals with the newest key what older ones signed and sealed. Sessions and stamps stay; altered rows stay as they are.</summary>
    /// <returns>How many rows.</returns>
    public async Task<int> SignAnewAsync(CancellationToken ct = default)
    {
        var (after, count) = ("", 0);
        while (await ListAsync(after, 200, ct) is [.., var last] page)
        {
            foreach (var account in page.Where(a => a is { Intact: true, SignedAnew: false }))
                if ((await AmendAsync(account.Name, row => row with { TotpSecret = row.TotpSecret is { } box ? keys.SealSecret(row.Name, keys.OpenSecret(row.Name, box)) : null }, ct: ct)).Ok) count++;
            after = last.Name;
        }
        return count;
    }

    /// <summary>Hashes of the last passwords, the present one first.</summary>
    public async Task<IReadOnlyList<string>> PastPasswordsAsync(string name, CancellationToken ct = default)
    {
        await using var command = Command(database.CreateCommand(Past), name, PasswordPolicy.Remembered);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var hashes = new List<string>();
        while (await reader.ReadAsync(ct)) hashes.Add(reader.GetString(0));
        return hashes;
    }

    public async Task SeenAsync(string name, DateTimeOffset now, CancellationToken ct = default)
    {
        await using var command = Command(database.CreateCommand(Seen), name, now.ToUniversalTime());
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Uses a step up, for all processes at once.</summary>
    /// <returns>False when it, or a later one, was used before.</returns>
    public async Task<bool> UseTotpStepAsync(string name, long step, CancellationToken ct = default)
    {
        await using var command = Command(database.CreateCommand(UseStep), name, step);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private async Task<Account?> OneAsync(string sql, object key, CancellationToken ct)
    {
        await using var command = Command(database.CreateCommand(sql), key);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader) : null;
    }

    private async Task<List<Account>> ManyAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(database.CreateCommand(sql), values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var accounts = new List<Account>();
        while (await reader.ReadAsync(ct)) accounts.Add(Read(reader));
        return accounts;
    }

    private async Task<Account?> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string name, CancellationToken ct)
    {
        await using var command = Command(new NpgsqlCommand($"{ByName} for update", connection, transaction), name);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader) : null;
    }

    private Account Read(NpgsqlDataReader row)
    {
        var account = new Account(row.GetString(0), row.GetString(1), row.GetString(2), [.. row.GetFieldValue<string[]>(3)],
            RegionCode.Parse(row.GetInt64(4).ToString("D12", CultureInfo.InvariantCulture)), row.GetBoolean(5), row.GetBoolean(6))
        {
            Stamp = row.GetGuid(7),
            PasswordChangedAt = row.GetFieldValue<DateTimeOffset>(8),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(9),
            LastLoginAt = row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10),
            PhoneIndex = Bytes(row, 11),
            TotpSecret = Bytes(row, 12),
            TotpConfirmed = row.GetBoolean(13),
            TotpStep = row.GetInt64(14),
            EnrolHash = Bytes(row, 15),
        };
        var mac = Bytes(row, 16);
        return account with { Intact = keys.IsIntact(account, mac), Unsigned = mac is null, SignedAnew = mac is not null && keys.IsCurrent(account, mac) };
    }

    private async Task WriteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Account account, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Update, connection, transaction);
        Fill(command, account);
        command.Parameters.Add(new() { Value = (object?)account.LastLoginAt?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(ct);
    }

    private void Fill(NpgsqlCommand command, Account account)
    {
        object[] values =
        [
            account.Name, account.PasswordHash, account.DisplayName, account.Roles.ToArray(), account.Region.Number, account.MustChange, account.Disabled,
            account.Stamp, account.PasswordChangedAt.ToUniversalTime(),
        ];
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        AddBytes(command, account.PhoneIndex);
        AddBytes(command, account.TotpSecret);
        command.Parameters.Add(new() { Value = account.TotpConfirmed });
        AddBytes(command, account.EnrolHash);
        AddBytes(command, keys.Mac(account));
    }

    private static async Task RememberAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Account account, CancellationToken ct)
    {
        await ExecuteAsync(connection, transaction, Remember, ct, account.Name, account.PasswordChangedAt.ToUniversalTime(), account.PasswordHash);
        await ExecuteAsync(connection, transaction, Forget, ct, account.Name, PasswordPolicy.Remembered);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(new NpgsqlCommand(sql, connection, transaction), values);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlCommand Command(NpgsqlCommand command, params object[] values)
    {
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static void AddBytes(NpgsqlCommand command, byte[]? bytes) =>
        command.Parameters.Add(new() { Value = (object?)bytes ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });

    private static byte[]? Bytes(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);
}

public static class AccountStoreErrors
{
    public static readonly DomainError NotFound = new("account.not-found", "没有这个账号。");
    public static readonly DomainError Tampered = new("account.tampered-conflict", "账号数据校验不通过,已停止使用,请联系安全管理员。");
}
