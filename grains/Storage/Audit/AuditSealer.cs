using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FangFanPin.Storage.Audit;

/// <summary>
/// Seals the audit once a second. Every silo has one; an advisory lock lets one of them work, and another take over when its session ends. What
/// was written since the last pass, about a second's worth, is not sealed yet: whoever deletes it in that second is not found.
/// </summary>
public sealed partial class AuditSealer(NpgsqlDataSource database, CheckpointFile file, CheckpointKey key, AuditSettings settings, TimeProvider clock, ILogger<AuditSealer> logger) : BackgroundService
{
    /// <summary>"ffp-audt" in ASCII.</summary>
    public const long LockKey = 0x6666702d61756474;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(2);
    private static readonly Meter Meter = new("FangFanPin.Audit");
    private static readonly Counter<long> Sealed = Meter.CreateCounter<long>("ffp_audit_sealed", description: "entries of the audit that stand in a signed checkpoint");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                if (await LockAsync(connection, stoppingToken)) await SealAsync(connection, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Interrupted(logger, e);
            }
            catch (Exception)
            {
                return;
            }
            await Task.Delay(TryAgain, clock, stoppingToken).ContinueWith(_ => { }, CancellationToken.None);
        }
    }

    private async Task SealAsync(NpgsqlConnection connection, CancellationToken stopping)
    {
        var sealing = new AuditSealing(file, key, clock, logger, settings.Suite);
        await sealing.StartAsync(connection, stopping);
        while (true)
        {
            var count = await sealing.PassAsync(connection, stopping);
            Sealed.Add(count);
            if (count < AuditSealing.RowsMax) await Task.Delay(Every, stopping);
        }
    }

    /// <summary>Held as long as the session lives; closing it gives it back.</summary>
    private static async Task<bool> LockAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = LockKey } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "sealing the audit was interrupted; it goes on")]
    private static partial void Interrupted(ILogger logger, Exception e);
}
