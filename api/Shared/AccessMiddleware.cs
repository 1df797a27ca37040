using FangFanPin.Api.Accounts;
using FangFanPin.Contracts;
using FangFanPin.Domain;
using Npgsql;

namespace FangFanPin.Api.Shared;

/// <summary>Lets a request through when its endpoint's <see cref="AccessRule"/> is met; whatever declares nothing stays closed.</summary>
public sealed partial class AccessMiddleware(RequestDelegate next, SessionDesk desk, Trail trail, ILogger<AccessMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint) // no route, or routing's own answer that the method is wrong
        {
            await next(context);
            return;
        }
        var refusal = endpoint.Metadata.GetMetadata<AccessRule>() is { } rule ? await CheckAsync(context, rule) : AreaErrors.NotDeclared;
        if (refusal is null)
        {
            if (!HttpMethods.IsGet(context.Request.Method)) RequestTrace.Set(Problems.TraceId(context)); // who only reads leaves no entry
            await GoOnAsync(context);
            // What only the handler could see, such as a region in the body, is refused there, and is as much of an attempt.
            if (context.Response.StatusCode == StatusCodes.Status403Forbidden) await RecordAsync(context, endpoint, Problems.CodeOf(context) ?? AreaErrors.NotPermitted.Code);
            return;
        }
        if (Problems.StatusOf(refusal.Code) == StatusCodes.Status403Forbidden) await RecordAsync(context, endpoint, refusal.Code);
        if (Problems.StatusOf(refusal.Code) == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        await Problems.From(refusal).ExecuteAsync(context);
    }

    /// <summary>A stream of events ends with the session that opened it.</summary>
    private Task GoOnAsync(HttpContext context)
    {
        var stream = context.Request.Headers.Accept.Any(a => a?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) == true);
        if (!stream || Caller.Of(context) is not { IsSystem: false } caller) return next(context);
        return desk.WhileLiveAsync(caller, context.RequestAborted, end =>
        {
            context.RequestAborted = end;
            return next(context);
        });
    }

    private async ValueTask<DomainError?> CheckAsync(HttpContext context, AccessRule rule)
    {
        if (rule.Permission == Permission.Anonymous) return null;
        if (Caller.Of(context) is not { } caller) return AreaErrors.NotSignedIn;
        if (!caller.IsSystem && !await desk.IsLiveAsync(caller.Session, context.RequestAborted)) return AreaErrors.SessionEnded;
        if (caller.MustChangePassword && rule.Permission != Permission.OwnAccount) return AreaErrors.PasswordFirst;
        if (caller.MustEnrol && rule.Permission != Permission.OwnAccount) return AreaErrors.SecondFactorFirst;
        if (!caller.May(rule.Permission)) return AreaErrors.NotPermitted;
        var target = await rule.Area.FindAsync(context);
        if (target.Refusal is { } refusal) return refusal;
        return target.Target is { } code && !caller.Covers(code) ? AreaErrors.OutsideArea : null;
    }

    /// <summary>Only refusals of somebody who is known: an anonymous one would let anybody fill the table.</summary>
    private async Task RecordAsync(HttpContext context, Endpoint endpoint, string code)
    {
        if (Caller.Of(context) is not { } caller) return;
        try
        {
            await trail.WriteAsync(caller.Name, endpoint.DisplayName ?? "", context.Request.Path.Value ?? "", code, context);
        }
        catch (NpgsqlException e)
        {
            RefusalNotRecorded(e, code);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "refused access ({Code}) could not be recorded")]
    private partial void RefusalNotRecorded(Exception e, string code);
}
