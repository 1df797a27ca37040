using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FangFanPin.Storage.Sealing;

/// <summary>Seals old rows anew while a rotation is open. Every silo has one; an advisory lock lets one of them work, and another take over when its session ends.</summary>
public sealed partial class KeyRenewal : BackgroundService
{
    /// <summary>"ffp-keys" in ASCII.</summary>
    private const long LockKey = 0x6666702d6b657973;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly Meter Meter = new("FangFanPin.Keys");
    private static readonly Counter<long> Renewed = Meter.CreateCounter<long>("ffp_keys_renewed", description: "rows sealed anew with a newer key");
    private static long open, leftOver;

    private readonly NpgsqlDataSource database;
    private readonly KeySettings settings;
    private readonly TimeProvider clock;
    private readonly ILogger<KeyRenewal> logger;
    private readonly RenewalPass pass;

    static KeyRenewal()
    {
        Meter.CreateObservableGauge("ffp_keys_rotation_open", () => Volatile.Read(ref open), description: "1 while a rotation of keys is under way");
        Meter.CreateObservableGauge("ffp_keys_left_over", () => Volatile.Read(ref leftOver), description: "rows that the last rotation could not seal anew");
    }

    public KeyRenewal(NpgsqlDataSource database, RingSealer sealer, KeySettings settings, TimeProvider clock, ILogger<KeyRenewal> logger)
    {
        (this.database, this.settings, this.clock, this.logger) = (database, settings, clock, logger);
        pass = new RenewalPass(sealer, settings, clock);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                if ((bool)(await KeyRotations.ScalarAsync(connection, "select pg_try_advisory_lock($1)", stoppingToken, LockKey))!) await WorkAsync(connection, stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or CryptographicException or InvalidDataException or TimeoutException)
            {
                Interrupted(logger, e);
            }
            await Task.Delay(LookEvery, clock, stoppingToken).ContinueWith(_ => { }, CancellationToken.None);
        }
    }

    /// <summary>As long as the session lives.</summary>
    private async Task WorkAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        while (true)
        {
            var rotation = (await KeyRotations.ListAsync(connection, 1, ct)).FirstOrDefault();
            Volatile.Write(ref open, rotation is null or { Stage: "done" } ? 0 : 1);
            Volatile.Write(ref leftOver, rotation is { Stage: "done" } ? rotation.LeftOver : 0);
            var renewed = rotation is null ? null : await pass.StepAsync(connection, rotation, ct);
            if (renewed > 0) Renewed.Add(renewed.Value);
            await Task.Delay(renewed is null ? LookEvery : settings.Pause, ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "sealing old rows anew was interrupted; it goes on")]
    private static partial void Interrupted(ILogger logger, Exception e);
}
