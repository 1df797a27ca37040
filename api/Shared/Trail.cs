using FangFanPin.Api.Accounts;
using FangFanPin.Domain.Records;
using FangFanPin.Storage.Accounts;

namespace FangFanPin.Api.Shared;

/// <summary>Entries of the audit from the HTTP side. What cannot be written throws, so that the action does not happen.</summary>
public sealed class Trail(AuditLog audit, AccountMeter meter, TimeProvider clock)
{
    /// <param name="actor">Name of an account; never what somebody typed.</param>
    /// <param name="subject">What it was about, often a path: numbers of people that somebody typed into it are cut short.</param>
    /// <param name="person">Code of the household that is looked at; null for none.</param>
    public Task WriteAsync(string actor, string action, string subject, string result, HttpContext? context, string? person = null) =>
        audit.AppendAsync(Entry(actor, action, subject, result, context, person), CancellationToken.None);

    /// <summary>An entry for whoever writes it in the transaction of the change.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public AuditEntry Entry(string actor, string action, string subject, string result, HttpContext? context, string? person = null, Hashes hashes = default) =>
        new AuditEntry(clock.GetUtcNow(), actor, action, Masking.InCodes(subject)!, result, context is null ? "" : Problems.TraceId(context))
        {
            Subject = Masking.InCodes(person), BeforeHash = hashes.Before, AfterHash = hashes.After,
        }.From(context);

    /// <summary>An entry and a count, for what somebody should look at.</summary>
    /// <param name="kind">Fixed, e.g. <c>account-tampered</c>.</param>
    public Task AlarmAsync(string kind, string actor, string subject, HttpContext? context)
    {
        meter.Alarm(kind);
        return WriteAsync(actor, "alarm", subject, kind, context);
    }
}

internal static class AuditOrigin
{
    /// <summary>With the role, address and device of the request; nobody's request leaves them empty.</summary>
    public static AuditEntry From(this AuditEntry entry, HttpContext? context) => context is null ? entry : entry with
    {
        Role = Caller.Of(context) is { } caller ? string.Join(',', caller.RoleNames) : null,
        Address = SignIn.AddressOf(context),
        Device = Domain.Records.Masking.Loose(context.Request.Headers.UserAgent.ToString()),
    };
}
