using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;

namespace FangFanPin.Api.Shared;

/// <summary>
/// Puts every use of an endpoint about people, configuration or the running of the system on record, by what the endpoint declares: reads after the
/// handler and before the answer leaves, changes before the handler and after it. What cannot be recorded is answered 503 and not shown or done.
/// </summary>
internal static class AuditedEndpoint
{
    /// <summary>The others are open to all, show no person, or record themselves, more exactly than by their address.</summary>
    private static readonly HashSet<Permission> Recorded =
    [
        Permission.ReadHouseholds, Permission.ChangeHouseholds, Permission.ReadImports, Permission.ChangeImports, Permission.ReadSync, Permission.ChangeSync, Permission.ReadCases,
        Permission.HandleCases, Permission.ConfigureCases, Permission.ReadAccounts, Permission.Operate, Permission.ChangeRegions, Permission.ReadAudit, Permission.ManageKeys,
    ];

    private static readonly HashSet<Permission> AboutHouseholds = [Permission.ReadHouseholds, Permission.ChangeHouseholds, Permission.ReadCases];

    /// <summary>Endpoints carry it, so that a test can say which are recorded.</summary>
    public sealed record Mark;

    private static readonly object SubjectKey = new();

    /// <summary>Says of whom a handler's answer is, where the address does not.</summary>
    /// <param name="household">Null: of nobody in the register.</param>
    public static void IsAbout(this HttpContext context, string? household) => context.Items[SubjectKey] = household;

    public static bool Records(Permission permission) => Recorded.Contains(permission);

    public static void Record<TBuilder>(TBuilder builder, Permission permission) where TBuilder : IEndpointConventionBuilder => builder
        .WithMetadata(new Mark())
        .AddEndpointFilter(async (call, next) =>
        {
            var context = call.HttpContext;
            if (Caller.Of(context) is not { } caller) return await next(call);
            var use = Use.Of(context, permission, caller);
            // A change of a household has its entry in its own transaction.
            if (use.IsChange && permission != Permission.ChangeHouseholds) await use.WriteAsync("asked");
            var answer = await next(call);
            // A refusal that only the handler could see is recorded with all other refusals.
            if (use.ResultOf(answer) is { } result) await use.WriteAsync(result);
            return answer;
        });

    private sealed record Use(HttpContext Context, Trail Trail, string Actor, string Action, string Object, string? Subject, bool IsChange)
    {
        public static Use Of(HttpContext context, Permission permission, Caller caller)
        {
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText?.Replace("/api/v1/", "", StringComparison.Ordinal).Trim('/') ?? "";
            var change = !HttpMethods.IsGet(context.Request.Method) && permission is not (Permission.ReadHouseholds or Permission.ReadImports or Permission.ReadSync or Permission.ReadCases or Permission.ReadAccounts or Permission.ReadAudit);
            var verb = change ? "change" : route.Contains('{', StringComparison.Ordinal) ? "read" : context.Request.Query.Count > 1 || !HttpMethods.IsGet(context.Request.Method) ? "search" : "list";
            var household = AboutHouseholds.Contains(permission) ? context.GetRouteValue("code") as string : null;
            var path = context.Request.Path.Value?.Replace("/api/v1/", "", StringComparison.Ordinal);
            return new Use(context, context.RequestServices.GetRequiredService<Trail>(), caller.Name, $"{verb} {route}", $"{path} {Asked(context.Request.Query)}".Trim(), household, change);
        }

        /// <summary>Regions as they are; what people type may hold numbers, which the audit must not keep.</summary>
        private static string Asked(IQueryCollection query) => string.Join('&', query.Select(q =>
            $"{q.Key}={(RegionCode.TryParse(q.Value, out _) ? q.Value : Masking.Loose(q.Value))}"));

        public Task WriteAsync(string result) => Trail.WriteAsync(Actor, Action, Object, result, Context, Subject ?? Context.Items[SubjectKey] as string);

        /// <summary>Null: recorded elsewhere.</summary>
        public string? ResultOf(object? answer)
        {
            var inner = answer is INestedHttpResult nested ? nested.Result : answer;
            var status = (inner as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
            if (status == StatusCodes.Status403Forbidden) return null;
            if (status < StatusCodes.Status400BadRequest) return "ok";
            return inner is Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult problem && problem.ProblemDetails.Extensions.TryGetValue("code", out var code) ? $"{code}" : $"{status}";
        }
    }
}
