using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Accounts;

/// <summary>A login that lasts: 会话.</summary>
/// <param name="Stamp">Of the account when it signed in; the session is void under another.</param>
/// <param name="EndsAt">UTC; whatever happens, it ends then.</param>
/// <param name="Device">What the browser or program called itself.</param>
public sealed record LoginSession(Guid Id, string Account, Guid Stamp, DateTimeOffset CreatedAt, DateTimeOffset SeenAt, DateTimeOffset EndsAt, string Address, string Device);

public enum RefreshResult { Renewed, Unknown, Ended, Stolen }

/// <summary>Tables <c>login_session</c> and <c>refresh_token</c>. Tokens are stored by hash.</summary>
public sealed class SessionStore(NpgsqlDataSource database)
{
    private const string Columns = "s.id, s.account, s.stamp, s.created_at, s.seen_at, s.ends_at, s.address, s.device";
    private const string Insert = "insert into login_session (id, account, stamp, created_at, seen_at, ends_at, address, device) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    private const string InsertToken = "insert into refresh_token (hash, session, issued_at) values ($1, $2, $3)";
    private const string Token = $"select t.used_at is not null, s.ended_at is not null, {Columns} from refresh_token t join login_session s on s.id = t.session where t.hash = $1 for update";
    private const string UseToken = "update refresh_token set used_at = $2 where hash = $1";
    private const string Seen = "update login_session set seen_at = $2 where id = $1";
    private const string End = "update login_session set ended_at = $2, end_reason = $3 where id = $1 and ended_at is null";
    private const string EndOthers = """
        update login_session set ended_at = $2, end_reason = $3 where account = $1 and ended_at is null
          and id not in (select id from login_session where account = $1 and ended_at is null order by created_at desc limit $4)
        """;
    private const string Live = $"""
        select {Columns} from login_session s join accounts a on a.name = s.account and a.stamp = s.stamp and not a.disabled
        where s.account = $1 and s.ended_at is null and s.ends_at > $2 order by s.created_at desc limit 100
        """;
    private const string Open = $"select {Columns} from login_session s where s.id = $1 and s.ended_at is null";
    private const string Sweep = "delete from login_session where ends_at < $1";
    private const string SweepChanges = "delete from access_change where at < $1";

    /// <summary>Opens a session; the account's oldest beyond the bound end.</summary>
    /// <param name="tokenHash">Of its first refresh token.</param>
    /// <param name="most">Sessions of one account at a time.</param>
    public async Task OpenAsync(LoginSession session, byte[] tokenHash, int most, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await RunAsync(connection, Insert, ct, session.Id, session.Account, session.Stamp, session.CreatedAt, session.SeenAt, session.EndsAt, session.Address, session.Device);
        await RunAsync(connection, InsertToken, ct, tokenHash, session.Id, session.CreatedAt);
        await RunAsync(connection, EndOthers, ct, session.Account, session.CreatedAt, "too-many", most);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Gives out the next refresh token for one that was not used yet. One that was ends the session for whoever holds any of its tokens.</summary>
    /// <param name="idle">Without a renewal for so long a session is over.</param>
    public async Task<(RefreshResult Result, LoginSession? Session)> RefreshAsync(
        byte[] oldHash, byte[] newHash, DateTimeOffset now, TimeSpan idle, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await TokenAsync(connection, oldHash, ct) is not var (used, ended, session)) return (RefreshResult.Unknown, null);
        if (ended) return (RefreshResult.Ended, session);
        if (used || session.EndsAt <= now || now - session.SeenAt >= idle)
        {
            await RunAsync(connection, End, ct, session.Id, now, used ? "stolen" : "expired");
            await transaction.CommitAsync(ct);
            return (used ? RefreshResult.Stolen : RefreshResult.Ended, session);
        }
        await RunAsync(connection, UseToken, ct, oldHash, now);
        await RunAsync(connection, InsertToken, ct, newHash, session.Id, now);
        await RunAsync(connection, Seen, ct, session.Id, now);
        await transaction.CommitAsync(ct);
        return (RefreshResult.Renewed, session);
    }

    /// <returns>False when it was over already.</returns>
    public async Task<bool> EndAsync(Guid session, string reason, DateTimeOffset now, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await RunAsync(connection, End, ct, session, now, reason) == 1;
    }

    /// <summary>Those in force, the newest first, at most a hundred.</summary>
    public async Task<IReadOnlyList<LoginSession>> ListAsync(string account, DateTimeOffset now, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var command = Command(connection, Live, account, now);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var sessions = new List<LoginSession>();
        while (await reader.ReadAsync(ct)) sessions.Add(Read(reader, 0));
        return sessions;
    }

    /// <returns>Null when there is none or it was ended; its stamp and its end are the caller's to compare.</returns>
    public async Task<LoginSession?> FindAsync(Guid id, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var command = Command(connection, Open, id);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader, 0) : null;
    }

    /// <summary>Deletes sessions that ended before <paramref name="before"/>, and changes that every process has long seen.</summary>
    public async Task SweepAsync(DateTimeOffset before, DateTimeOffset changesBefore, CancellationToken ct = default)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await RunAsync(connection, Sweep, ct, before);
        await RunAsync(connection, SweepChanges, ct, changesBefore);
    }

    private static async Task<(bool Used, bool Ended, LoginSession Session)?> TokenAsync(NpgsqlConnection connection, byte[] hash, CancellationToken ct)
    {
        await using var command = Command(connection, Token, hash);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetBoolean(0), reader.GetBoolean(1), Read(reader, 2)) : null;
    }

    private static LoginSession Read(NpgsqlDataReader row, int at) => new(row.GetGuid(at), row.GetString(at + 1), row.GetGuid(at + 2),
        row.GetFieldValue<DateTimeOffset>(at + 3), row.GetFieldValue<DateTimeOffset>(at + 4), row.GetFieldValue<DateTimeOffset>(at + 5), row.GetString(at + 6), row.GetString(at + 7));

    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(value is DateTimeOffset at ? new() { Value = at.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz } : new() { Value = value });
        return command;
    }
}
