using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Storage.Accounts;
using Npgsql;

namespace FangFanPin.Api.Accounts;

/// <summary>Closes accounts that nobody uses, and deletes what no longer counts. Several processes may do so at once.</summary>
public sealed partial class AccountUpkeep(
    AccountStore accounts, SessionStore sessions, LoginGuard guard, NonceStore nonces, DailyQuota quota, Trail trail, TimeProvider clock, ILogger<AccountUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Ended sessions are kept so long for whoever asks who was signed in.</summary>
    private static readonly TimeSpan SessionsKept = TimeSpan.FromDays(30);
    private static readonly TimeSpan NoncesKept = TimeSpan.FromDays(1);
    private static readonly TimeSpan ChangesKept = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            do
            {
                try
                {
                    await RunAsync(stop);
                }
                catch (NpgsqlException e)
                {
                    Failed(e);
                }
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the process ends
        }
    }

    public async Task RunAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var account in await accounts.DormantAsync(now, ct))
            await accounts.ChangeAsync(account.Name, row => row.IsDormant(now) ? row with { Disabled = true } : AccountErrors.PasswordConflict, "dormant", now,
                (row, hashes) => trail.Entry("system", "停用休眠账号", row.Name, "ok", null, null, hashes), ct);
        await accounts.SignAnewAsync(ct); // what a rotation that was interrupted left
        await guard.SweepAsync(now, ct);
        await nonces.SweepAsync(now - NoncesKept, ct);
        await quota.SweepAsync(ChinaTime.DayOf(now).AddDays(-1), ct);
        await sessions.SweepAsync(now - SessionsKept, now - ChangesKept, ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "upkeep of accounts is put off")]
    private partial void Failed(Exception e);
}
