namespace FangFanPin.Api.Edges;

/// <summary>What browsers are told about every answer. No origin is allowed across: there are no CORS headers at all.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>The page of the documentation is ours, with its script and its styles.</summary>
    private const string OwnPage = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'";

    /// <summary>Sheets to print: their style stands in them, and nothing is fetched.</summary>
    private const string Sheet = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = PolicyOf(context.Request.Path);
        if (context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
        // Answers about people belong in nobody's cache; an endpoint that knows better overwrites it.
        if (context.Request.Path.StartsWithSegments("/api")) headers.CacheControl = "no-store";
        return next(context);
    }

    private static string PolicyOf(PathString path) =>
        path.StartsWithSegments("/scalar") ? OwnPage : path.Value?.EndsWith(".html", StringComparison.Ordinal) == true ? Sheet : Nothing;
}
