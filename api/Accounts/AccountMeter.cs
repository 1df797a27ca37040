using System.Diagnostics.Metrics;

namespace FangFanPin.Api.Accounts;

/// <summary>What the guards of the doors count, for alarms.</summary>
public sealed class AccountMeter : IDisposable
{
    private readonly Meter meter = new("FangFanPin.Accounts");
    private readonly Counter<long> logins;
    private readonly Counter<long> alarms;

    public AccountMeter()
    {
        logins = meter.CreateCounter<long>("ffp.logins", description: "Logins by result");
        alarms = meter.CreateCounter<long>("ffp.alarms", description: "Things that somebody should look at, by kind");
    }

    public void Login(string result) => logins.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Alarm(string kind) => alarms.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Dispose() => meter.Dispose();
}
