using System.Net.Sockets;
using FangFanPin.Contracts.Storage;
using FangFanPin.Domain;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;
using Orleans.Runtime;
using Orleans.Storage;

namespace FangFanPin.Api.Shared;

/// <summary>
/// Exceptions at the door: the world failing is 503 or 504 with Retry-After, an unreadable request 400 or 413, everything else our defect,
/// 500. Nothing of the exception reaches the caller; the log has it under the same trace id.
/// </summary>
public sealed partial class WorldFailures(ILogger<WorldFailures> logger) : IExceptionHandler
{
    private static readonly DomainError Unavailable = new("server.unavailable", "服务暂时不可用,请稍后重试。");
    private static readonly DomainError Slow = new("server.timeout", "处理超时,结果未知;请用同一操作编号重试。");
    private static readonly DomainError Refused = new("request.content-refused", "内容无法保存,请检查其中的特殊字符。");
    private static readonly DomainError TooLarge = new("request.too-large", "请求内容超过允许的大小。");

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken ct)
    {
        if (context.RequestAborted.IsCancellationRequested) return true; // nobody is left to answer
        var error = Classify(exception);
        if (error is null)
        {
            Defect(exception, context.Request.Method, context.GetEndpoint()?.DisplayName);
            return false;
        }
        if (Problems.StatusOf(error.Code) >= 500) Failed(exception, context.GetEndpoint()?.DisplayName, error.Code);
        await Problems.From(error).ExecuteAsync(context);
        return true;
    }

    private static DomainError? Classify(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => TooLarge,
        BadHttpRequestException malformed => MalformedRequest.Of(malformed),
        TimeoutException => Slow,
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => Slow,
        PostgresException { SqlState: var state } => IsPassing(state) ? Unavailable : null,
        NpgsqlException { InnerException: TimeoutException } => Slow,
        NpgsqlException or SocketException or InconsistentStateException => Unavailable,
        StoreRefusedException => Refused,
        OrleansException => Unavailable,
        OperationCanceledException => Slow,
        _ => null,
    };

    /// <summary>Connection exceptions, out of resources, operator intervention (restart), serialization and deadlock.</summary>
    private static bool IsPassing(string state) => state is ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] or ['4', '0', ..];

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Endpoint} answered {Code}")]
    private partial void Failed(Exception exception, string? endpoint, string code);

    [LoggerMessage(Level = LogLevel.Error, Message = "defect in {Method} {Endpoint}")]
    private partial void Defect(Exception exception, string method, string? endpoint);
}
