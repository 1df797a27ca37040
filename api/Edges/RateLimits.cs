using System.Threading.RateLimiting;
using FangFanPin.Api.Accounts;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;

namespace FangFanPin.Api.Edges;

/// <summary>Bounds on how often one account or one address may ask, per process. What watches the server itself is not counted.</summary>
internal static class RateLimits
{
    private static readonly DomainError TooMany = new("request.too-many-requests", "请求过于频繁,请稍后再试。");
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private const int PeriodsPerMinute = 6;

    public static void Add(IServiceCollection services, EdgeOptions options) => services.AddRateLimiter(limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.OnRejected = async (rejected, _) => await Problems.From(TooMany).ExecuteAsync(rejected.HttpContext);
        limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, string>(c => IsWatched(c) ? ByAddress(c, "", options.AddressPerMinute) : Free()),
            PartitionedRateLimiter.Create<HttpContext, string>(c => IsLogin(c) ? ByAddress(c, "login", options.LoginsPerMinute) : Free()),
            PartitionedRateLimiter.Create<HttpContext, string>(c => c.User.Identity?.Name is { } name ? Bucket($"account {name}", options.AccountPerMinute) : Free()));
    });

    private static RateLimitPartition<string> ByAddress(HttpContext context, string what, int perMinute) =>
        perMinute <= 0 ? Free() : Bucket($"{what} {SignIn.AddressOf(context)}", perMinute);

    private static RateLimitPartition<string> Bucket(string key, int perMinute) => perMinute <= 0 ? Free() : RateLimitPartition.GetTokenBucketLimiter(key, _ => new()
    {
        TokenLimit = Math.Max(perMinute / 2, 1),
        TokensPerPeriod = Math.Max(perMinute / PeriodsPerMinute, 1),
        ReplenishmentPeriod = Period,
        QueueLimit = 0,
    });

    private static RateLimitPartition<string> Free() => RateLimitPartition.GetNoLimiter("free");

    private static bool IsWatched(HttpContext context) => !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments("/metrics");

    private static bool IsLogin(HttpContext context) => context.Request.Path.StartsWithSegments("/api/v1/login") || context.Request.Path.StartsWithSegments("/api/v1/refresh");
}
