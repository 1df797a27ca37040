namespace FangFanPin.Api.Shared;

/// <summary>A stream of events would hold the server's shutdown back until its timeout: it ends with the application instead.</summary>
internal sealed class StreamsEndOnShutdown(RequestDelegate next, IHostApplicationLifetime application)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Headers.Accept.Any(a => a?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) == true))
        {
            await next(context);
            return;
        }
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, application.ApplicationStopping);
        context.RequestAborted = either.Token;
        await next(context);
    }
}
