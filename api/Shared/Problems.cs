using System.Collections.Frozen;
using System.Diagnostics;
using FangFanPin.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Shared;

/// <summary>The one place where error codes become HTTP: status, Chinese title, <c>code</c>, <c>traceId</c>, and all faults in <c>errors</c>.</summary>
public static class Problems
{
    public const int RetryAfterSeconds = 5;
    private static readonly object CodeKey = new();

    /// <summary>By the end of the code's last part; what is not listed is a broken rule, 422.</summary>
    private static readonly (string Ending, int Status)[] ByEnding =
    [
        ("not-found", StatusCodes.Status404NotFound),
        ("unauthenticated", StatusCodes.Status401Unauthorized),
        ("forbidden", StatusCodes.Status403Forbidden),
        ("outside-area", StatusCodes.Status403Forbidden),
        ("stale-version", StatusCodes.Status409Conflict),
        ("exists", StatusCodes.Status409Conflict),
        ("command-reused", StatusCodes.Status409Conflict),
        ("deregistered", StatusCodes.Status409Conflict),
        ("newer-change", StatusCodes.Status409Conflict),
        ("locked", StatusCodes.Status409Conflict),
        ("pending", StatusCodes.Status409Conflict),
        ("conflict", StatusCodes.Status409Conflict),
        ("wrong-step", StatusCodes.Status409Conflict),
        ("too-large", StatusCodes.Status413PayloadTooLarge),
        ("too-many-requests", StatusCodes.Status429TooManyRequests),
        ("bad-code", StatusCodes.Status400BadRequest),
        ("bad-id", StatusCodes.Status400BadRequest),
        ("bad-cursor", StatusCodes.Status400BadRequest),
        ("bad-request", StatusCodes.Status400BadRequest),
        ("malformed", StatusCodes.Status400BadRequest),
        ("version-required", StatusCodes.Status400BadRequest),
        ("not-ready", StatusCodes.Status503ServiceUnavailable),
        ("unavailable", StatusCodes.Status503ServiceUnavailable),
        ("timeout", StatusCodes.Status504GatewayTimeout),
    ];

    private static readonly FrozenDictionary<int, (string Code, string Title)> ByStatus = new Dictionary<int, (string, string)>
    {
        [StatusCodes.Status400BadRequest] = ("request.malformed", "请求格式不正确"),
        [StatusCodes.Status401Unauthorized] = ("access.unauthenticated", "需要登录"),
        [StatusCodes.Status403Forbidden] = ("access.forbidden", "没有权限"),
        [StatusCodes.Status404NotFound] = ("request.not-found", "未找到"),
        [StatusCodes.Status405MethodNotAllowed] = ("request.method-not-allowed", "不支持的请求方法"),
        [StatusCodes.Status409Conflict] = ("request.conflict", "与当前数据冲突"),
        [StatusCodes.Status413PayloadTooLarge] = ("request.too-large", "内容过大"),
        [StatusCodes.Status415UnsupportedMediaType] = ("request.unsupported-media-type", "不支持的内容类型"),
        [StatusCodes.Status422UnprocessableEntity] = ("request.rule-broken", "不符合业务规则"),
        [StatusCodes.Status429TooManyRequests] = ("request.too-many-requests", "请求过于频繁"),
        [StatusCodes.Status500InternalServerError] = ("server.defect", "系统内部错误"),
        [StatusCodes.Status503ServiceUnavailable] = ("server.unavailable", "服务暂时不可用"),
        [StatusCodes.Status504GatewayTimeout] = ("server.timeout", "处理超时"),
    }.ToFrozenDictionary();

    /// <summary>One fault.</summary>
    public static ProblemHttpResult From(DomainError error) => From([error]);

    /// <summary>All faults of a request; the first decides the status.</summary>
    /// <param name="errors">At least one.</param>
    /// <param name="current">What is stored now, for a stale version: sent as <c>current</c>.</param>
    public static ProblemHttpResult From(IReadOnlyList<DomainError> errors, object? current = null)
    {
        var status = StatusOf(errors[0].Code);
        var extensions = new Dictionary<string, object?>
        {
            ["code"] = errors[0].Code,
            ["errors"] = errors.Select(e => new Fault(e.Code, e.Message, e.Field)).ToArray(),
        };
        if (current is not null) extensions["current"] = current;
        return TypedResults.Problem(detail: errors[0].Message, statusCode: status, title: Title(status), extensions: extensions);
    }

    public static int StatusOf(string code)
    {
        foreach (var (ending, status) in ByEnding)
            if (code.EndsWith(ending, StringComparison.Ordinal)) return status;
        return StatusCodes.Status422UnprocessableEntity;
    }

    /// <summary>The code that a request was answered with, once it was.</summary>
    public static string? CodeOf(HttpContext context) => context.Items[CodeKey] as string;

    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    /// <summary>Completes every problem of the server, also those that the framework makes itself.</summary>
    internal static void Complete(ProblemDetailsContext problem)
    {
        var details = problem.ProblemDetails;
        var status = details.Status ?? problem.HttpContext.Response.StatusCode;
        details.Type = null;
        details.Title = Title(status);
        details.Extensions.TryAdd("code", ByStatus.TryGetValue(status, out var known) ? known.Code : "request.failed");
        problem.HttpContext.Items[CodeKey] = details.Extensions["code"];
        details.Extensions["traceId"] = TraceId(problem.HttpContext);
        if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout or StatusCodes.Status429TooManyRequests)
            problem.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Title(int status) => ByStatus.TryGetValue(status, out var known) ? known.Title : "请求失败";

    /// <summary>One entry of <c>errors</c>.</summary>
    public sealed record Fault(string Code, string Message, string? Field);
}
