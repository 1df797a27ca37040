using System.Diagnostics.Metrics;
using FangFanPin.Domain.Cases;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Cases;

/// <summary>Asks again and again whether any open case is without a live deadline or a handler. What it finds is a defect, and a metric that must be zero.</summary>
public sealed partial class CaseWatch : BackgroundService
{
    /// <summary>Meter of these instruments.</summary>
    public const string MeterName = "FangFanPin.Cases";

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private readonly ICaseHealth health;
    private readonly TimeProvider clock;
    private readonly ILogger<CaseWatch> log;
    private CaseHealth latest = new(0, 0, 0, 0);

    public CaseWatch(ICaseHealth health, IMeterFactory meters, TimeProvider clock, ILogger<CaseWatch> log)
    {
        (this.health, this.clock, this.log) = (health, clock, log);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("ffp.cases.open", () => latest.Open, description: "Open procedures");
        meter.CreateObservableGauge("ffp.cases.broken", () => latest.WithoutDeadline + latest.WithoutHandler, description: "Open cases without a live deadline or a handler; must be 0");
        meter.CreateObservableGauge("ffp.cases.unlooked", () => latest.Unlooked, description: "Due for over an hour and not looked after; must be 0");
        meter.CreateObservableGauge("ffp.cases.unattended", () => latest.Unattended, description: "Open cases whose level has nobody who may handle them");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var wait = First; !stoppingToken.IsCancellationRequested; wait = Every)
        {
            await Task.Delay(wait, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            try
            {
                latest = await health.CheckAsync(clock.GetUtcNow(), stoppingToken);
                if (!latest.Holds) LogBroken(latest.WithoutDeadline, latest.WithoutHandler, latest.Unlooked);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogAway(fault);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Open cases: {WithoutDeadline} without a deadline, {WithoutHandler} without a handler, {Unlooked} not looked after")]
    private partial void LogBroken(long withoutDeadline, long withoutHandler, long unlooked);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The open cases cannot be checked now")]
    private partial void LogAway(Exception fault);
}
