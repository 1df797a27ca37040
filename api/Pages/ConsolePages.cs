using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FangFanPin.Api.Pages;

public sealed class ConsoleOptions
{
    /// <summary>Folder of the built console; empty: <c>console</c> beside the program.</summary>
    public string Folder { get; set; } = "";
}

/// <summary>
/// The phone pages: <c>/m/declare/{token}</c>, <c>/m/publicity/{token}</c> and <c>/m/progress/{queryCode}</c> for farmers, everything else below <c>/m</c> the workbench.
/// Files are few and small: each is read and compressed once, and kept.
/// </summary>
internal sealed class ConsolePages(IOptions<ConsoleOptions> options)
{
    private const string DeclarePage = "declare.html", DeskPage = "desk.html", Assets = "assets/";

    /// <summary>Photos are shown from memory; everything else comes from here.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private const string NotBuilt = """
        <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>页面未构建</title></head><body>
        <h1>手机页面尚未构建</h1><p>接口照常可用。请在服务器上执行 deploy/scripts/console.sh build(需要 Node.js 与 npm),然后重新启动。</p></body></html>
        """;

    private static readonly Dictionary<string, string> Types = new()
    {
        [".html"] = "text/html; charset=utf-8", [".js"] = "text/javascript; charset=utf-8", [".css"] = "text/css; charset=utf-8",
        [".woff2"] = "font/woff2", [".woff"] = "font/woff", [".svg"] = "image/svg+xml", [".png"] = "image/png",
    };

    private readonly string folder = Path.GetFullPath(options.Value.Folder is { Length: > 0 } given ? given : Path.Combine(AppContext.BaseDirectory, "console"));
    private readonly ConcurrentDictionary<string, ConsoleFile?> files = new(StringComparer.Ordinal);

    public IResult Answer(string? path, HttpContext context)
    {
        var name = path ?? "";
        var asset = name.StartsWith(Assets, StringComparison.Ordinal);
        if (Find(asset ? name : PageOf(name)) is { } file) return Send(file, asset, context);
        return asset ? TypedResults.NotFound() : TypedResults.Content(NotBuilt, Types[".html"], statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static string PageOf(string path) => path.Split('/')[0] is "declare" or "progress" or "publicity" ? DeclarePage : DeskPage;

    private ConsoleFile? Find(string name)
    {
        if (files.TryGetValue(name, out var known)) return known;
        // Names that do not exist are not remembered: anybody may ask for any number of them.
        return ConsoleFile.Read(folder, name) is { } read ? files.GetOrAdd(name, read) : null;
    }

    private static IResult Send(ConsoleFile file, bool asset, HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.Vary = HeaderNames.AcceptEncoding;
        // A file's name changes with its content; a page's does not.
        headers.CacheControl = asset ? "public, max-age=31536000, immutable" : "no-cache";
        var accepted = context.Request.Headers.AcceptEncoding.ToString();
        var (bytes, encoding) = file.For(accepted);
        if (encoding is not null) headers.ContentEncoding = encoding;
        return TypedResults.Bytes(bytes, Types.GetValueOrDefault(Path.GetExtension(file.Name), "application/octet-stream"), entityTag: file.Tag(encoding));
    }
}
