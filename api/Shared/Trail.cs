using FangFanPin.Api.Accounts;
using FangFanPin.Storage.Accounts;

namespace FangFanPin.Api.Shared;

/// <summary>Entries of the audit from the HTTP side. What cannot be written throws, so that the action does not happen.</summary>
public sealed class Trail(AuditLog audit, AccountMeter meter, TimeProvider clock)
{
    /// <param name="actor">Name of an account; never what somebody typed.</param>
    public Task WriteAsync(string actor, string action, string subject, string result, HttpContext? context) =>
        audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), actor, action, subject, result, context is null ? "" : Problems.TraceId(context)), CancellationToken.None);

    /// <summary>An entry and a count, for what somebody should look at.</summary>
    /// <param name="kind">Fixed, e.g. <c>account-tampered</c>.</param>
    public Task AlarmAsync(string kind, string actor, string subject, HttpContext? context)
    {
        meter.Alarm(kind);
        return WriteAsync(actor, "alarm", subject, kind, context);
    }
}
