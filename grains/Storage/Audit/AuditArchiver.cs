using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FangFanPin.Storage.Audit;

/// <summary>Once an hour looks for a month that is old enough for the archive. Every silo has one; an advisory lock lets one of them work.</summary>
public sealed partial class AuditArchiver(NpgsqlDataSource database, CheckpointFile file, CheckpointKey key, AuditSettings settings, TimeProvider clock, ILogger<AuditArchiver> logger) : BackgroundService
{
    /// <summary>"ffp-arch" in ASCII.</summary>
    private const long LockKey = 0x6666702d61726368;
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);
    private static readonly Meter Meter = new("FangFanPin.Audit");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("ffp_audit_archive_failures", description: "months of the audit that could not be archived");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            do await TryAsync(stoppingToken); while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the process ends
        }
    }

    private async Task TryAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(ct);
            await using var locking = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = LockKey } } };
            if (!(bool)(await locking.ExecuteScalarAsync(ct))!) return;
            var archiving = new AuditArchiving(file, key, settings, clock);
            while (await archiving.MonthAsync(connection, ct) is { } path) Archived(logger, Path.GetFileName(path));
            await using var unlocking = new NpgsqlCommand("select pg_advisory_unlock($1)", connection) { Parameters = { new() { Value = LockKey } } };
            await unlocking.ExecuteScalarAsync(ct);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Failures.Add(1);
            Failed(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "a month of the audit stands in {File}")]
    private static partial void Archived(ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Critical, Message = "a month of the audit could not be archived; it stays in the table")]
    private static partial void Failed(ILogger logger, Exception e);
}
