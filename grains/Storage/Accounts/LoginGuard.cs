using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Accounts;

/// <summary>Bounds on guessing.</summary>
public sealed class LoginGuardOptions
{
    /// <summary>Failures within <see cref="Window"/> that lock an account.</summary>
    public int AccountFailures { get; set; } = 5;

    /// <summary>Likewise an address. An office behind one address may need more.</summary>
    public int AddressFailures { get; set; } = 5;
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(15);
    public TimeSpan LockedFor { get; set; } = TimeSpan.FromMinutes(15);
}

/// <summary>
/// Failed logins, counted for all processes in table <c>login_failure</c>. An attempt is charged to the account before its password is looked
/// at and forgiven when it was good, so that many attempts at once get no more tries than one after the other.
/// </summary>
public sealed class LoginGuard(NpgsqlDataSource database, AccountKeys keys, LoginGuardOptions options)
{
    private const string IsLocked = "select exists (select from login_failure where subject = $1 and locked_until > $2)";

    /// <summary>Gives a row when the attempt was charged, none when the subject is locked.</summary>
    private const string Charge = """
        insert into login_failure as f (subject, failures, locked_until)
        values ($1, array[$2], case when $4 <= 1 then $2 + $5 end)
        on conflict (subject) do update set
            failures = array(select t from unnest(f.failures) t where t > $2 - $3) || $2,
            locked_until = case when (select count(*) from unnest(f.failures) t where t > $2 - $3) + 1 >= $4 then $2 + $5 end
        where f.locked_until is null or f.locked_until <= $2
        returning locked_until is not null
        """;
    private const string Forgive = """
        update login_failure set failures = array_remove(failures, $2), locked_until = case when cardinality(failures) > $3 then locked_until end where subject = $1
        """;
    private const string Clear = "delete from login_failure where subject = $1";
    private const string Sweep = "delete from login_failure where coalesce(locked_until, '-infinity') < $1 and (select max(t) from unnest(failures) t) < $1";

    /// <summary>Charges an attempt to the account.</summary>
    /// <param name="name">Of the account, or what was typed when there is none.</param>
    /// <returns>False when account or address is locked: the attempt must not be looked at.</returns>
    public async Task<bool> EnterAsync(string name, string address, DateTimeOffset now, CancellationToken ct = default)
    {
        await using (var locked = database.CreateCommand(IsLocked))
        {
            Add(locked, OfAddress(address), now);
            if ((bool)(await locked.ExecuteScalarAsync(ct))!) return false;
        }
        return await ChargeAsync(OfName(name), options.AccountFailures, now, ct) is not null;
    }

    /// <summary>The attempt failed: the address is charged too.</summary>
    /// <returns>True when the address is locked by it.</returns>
    public async Task<bool> FailedAsync(string address, DateTimeOffset now, CancellationToken ct = default) =>
        await ChargeAsync(OfAddress(address), options.AddressFailures, now, ct) is not false;

    /// <summary>Takes back the charge of an attempt that was no failure, and nothing else.</summary>
    /// <param name="at">As given to <see cref="EnterAsync"/>.</param>
    public async Task ForgiveAsync(string name, DateTimeOffset at, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Forgive);
        Add(command, OfName(name), at);
        command.Parameters.Add(new() { Value = options.AccountFailures });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Signed in, or unlocked by an administrator: the account starts anew. The address does not, or one good account would open it for guesses.</summary>
    public async Task ClearAsync(string name, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Clear);
        command.Parameters.Add(new() { Value = OfName(name) });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Deletes what no longer counts.</summary>
    public async Task SweepAsync(DateTimeOffset now, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Sweep);
        command.Parameters.Add(new() { Value = (now - options.Window).ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<bool?> ChargeAsync(byte[] subject, int most, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Charge);
        Add(command, subject, now);
        command.Parameters.Add(new() { Value = options.Window });
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = options.LockedFor });
        return (bool?)await command.ExecuteScalarAsync(ct);
    }

    private static void Add(NpgsqlCommand command, byte[] subject, DateTimeOffset at)
    {
        command.Parameters.Add(new() { Value = subject });
        command.Parameters.Add(new() { Value = at.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz });
    }

    private byte[] OfName(string name) => keys.Blind("failed account", name);

    private byte[] OfAddress(string address) => keys.Blind("failed address", address);
}
