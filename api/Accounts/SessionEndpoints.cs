using FangFanPin.Api.Shared;
using FangFanPin.Storage.Accounts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Accounts;

/// <param name="Current">The one that asks.</param>
/// <param name="SeenAt">UTC; the last renewal.</param>
public sealed record SessionResponse(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset SeenAt, DateTimeOffset EndsAt, string Address, string Device, bool Current);

/// <summary>Sessions of one's own, and of accounts below oneself.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder api)
    {
        api.MapPost("/logout", LogoutAsync).WithTags("账号").WithSummary("退出登录").Requires(Permission.OwnAccount, Area.Own);
        api.MapGet("/me/sessions", MineAsync).WithTags("账号").WithSummary("本人的会话").Requires(Permission.OwnAccount, Area.Own);
        api.MapDelete("/me/sessions/{session:guid}", EndMineAsync).WithTags("账号").WithSummary("结束本人的一个会话").Requires(Permission.OwnAccount, Area.Own);
        var group = api.MapGroup("/accounts/{name}/sessions").WithTags("账号管理");
        group.MapGet("", OfAccountAsync).WithSummary("一个账号的会话").Requires(Permission.ManageSessions, Area.OfAccount("name"));
        group.MapDelete("/{session:guid}", EndOfAccountAsync).WithSummary("结束一个账号的会话").Requires(Permission.ManageSessions, Area.OfAccount("name"));
    }

    private static async Task<NoContent> LogoutAsync(Caller caller, SessionStore sessions, Trail trail, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        await trail.WriteAsync(caller.Name, "退出登录", caller.Session.ToString("N"), "ok", context);
        await sessions.EndAsync(caller.Session, "logout", clock.GetUtcNow(), ct);
        return TypedResults.NoContent();
    }

    private static Task<Ok<IReadOnlyList<SessionResponse>>> MineAsync(Caller caller, SessionStore sessions, TimeProvider clock, CancellationToken ct) =>
        ListAsync(caller.Name, caller, sessions, clock, ct);

    private static Task<Ok<IReadOnlyList<SessionResponse>>> OfAccountAsync(string name, Caller caller, SessionStore sessions, TimeProvider clock, CancellationToken ct) =>
        ListAsync(name, caller, sessions, clock, ct);

    private static Task<Results<NoContent, ProblemHttpResult>> EndMineAsync(
        Guid session, Caller caller, SessionStore sessions, Trail trail, TimeProvider clock, HttpContext context, CancellationToken ct) =>
        EndAsync(session, caller.Name, caller, sessions, trail, clock, context, ct);

    private static Task<Results<NoContent, ProblemHttpResult>> EndOfAccountAsync(
        string name, Guid session, Caller caller, SessionStore sessions, Trail trail, TimeProvider clock, HttpContext context, CancellationToken ct) =>
        EndAsync(session, name, caller, sessions, trail, clock, context, ct);

    private static async Task<Ok<IReadOnlyList<SessionResponse>>> ListAsync(string account, Caller caller, SessionStore sessions, TimeProvider clock, CancellationToken ct)
    {
        var live = await sessions.ListAsync(account, clock.GetUtcNow(), ct);
        return TypedResults.Ok<IReadOnlyList<SessionResponse>>(
            [.. live.Select(s => new SessionResponse(s.Id, s.CreatedAt, s.SeenAt, s.EndsAt, s.Address, s.Device, s.Id == caller.Session))]);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(
        Guid session, string account, Caller caller, SessionStore sessions, Trail trail, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        if (await sessions.FindAsync(session, ct) is not { } found || found.Account != account)
        {
            await trail.WriteAsync(caller.Name, "结束会话", account, AccountErrors.NoSession.Code, context);
            return Problems.From(AccountErrors.NoSession);
        }
        await trail.WriteAsync(caller.Name, "结束会话", account, "ok", context);
        await sessions.EndAsync(session, caller.Name == account ? "owner" : "administrator", clock.GetUtcNow(), ct);
        return TypedResults.NoContent();
    }
}
