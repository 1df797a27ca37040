using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Cases;

/// <summary>Tables <c>phone_code</c> and <c>challenge_spent</c>: keyed hashes only, the same for every API process.</summary>
public sealed class PhoneCodeStore(NpgsqlDataSource database, ISealer sealer) : IPhoneCodes
{
    private const int PerMinute = 1, PerDay = 10, TriesMost = 5, MinutesValid = 10;

    /// <summary>Counting and storing in one statement; a day's rows are all that is kept.</summary>
    private const string StoreSql = """
        with old as (delete from phone_code where sent_at < $3 - interval '1 day'),
        sent as (
            select count(*) filter (where sent_at > $3 - interval '1 minute') as minute, count(*) as day
            from phone_code where phone_index = $1 and sent_at >= $3 - interval '1 day'
        )
        insert into phone_code (phone_index, sent_at, code_index) select $1, $3, $2 from sent where minute < $4 and day < $5
        on conflict do nothing
        """;

    /// <summary>Every try counts, the right one ends it.</summary>
    private const string UseSql = """
        with newest as (
            select phone_index, sent_at from phone_code
            where phone_index = any ($1) and not used and tries < $4 and sent_at > $3 - $5 order by sent_at desc limit 1 for update
        ), tried as (
            update phone_code p set tries = tries + 1, used = p.code_index = any ($2)
            from newest n where p.phone_index = n.phone_index and p.sent_at = n.sent_at
            returning p.used
        )
        select coalesce(bool_or(used), false) from tried
        """;

    private const string SpendSql = """
        with old as (delete from challenge_spent where expires_at < $2 - interval '1 hour')
        insert into challenge_spent (id, expires_at) values ($1, $2) on conflict do nothing
        """;

    public async Task<bool> TryStoreAsync(string phone, string code, DateTimeOffset now, CancellationToken ct = default)
    {
        await using var command = database.With(StoreSql, IndexOf(phone), CodeOf(phone, code), now.ToUniversalTime(), PerMinute, PerDay);
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }

    public async Task<bool> TryUseAsync(string phone, string code, DateTimeOffset now, CancellationToken ct = default)
    {
        var codes = sealer.BlindIndexes(BlindKind.Ticket, TextOf(phone, code));
        await using var command = database.With(UseSql, sealer.BlindIndexes(BlindKind.Phone, BlindText.Phone(phone)), codes, now.ToUniversalTime(), TriesMost, TimeSpan.FromMinutes(MinutesValid));
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    public async Task<bool> TrySpendAsync(string challenge, DateTimeOffset expires, CancellationToken ct = default)
    {
        await using var command = database.With(SpendSql, challenge, expires.ToUniversalTime());
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }

    private byte[] IndexOf(string phone) => sealer.BlindIndex(BlindKind.Phone, BlindText.Phone(phone))!;
    private byte[] CodeOf(string phone, string code) => sealer.BlindIndex(BlindKind.Ticket, TextOf(phone, code))!;
    private static string TextOf(string phone, string code) => $"code {BlindText.Phone(phone)} {code}";
}
