using System.Collections.Concurrent;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;

namespace FangFanPin.Api.Edges;

/// <summary>Looks at what each account does and says so, once per ten minutes and kind, when it reads very much, is refused often, or takes data out at night. Per process.</summary>
internal sealed class Watch(RequestDelegate next, EdgeOptions options, Trail trail, TimeProvider clock)
{
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(10);
    private const int Most = 50_000;
    private readonly ConcurrentDictionary<(string Account, string Kind), Count> counts = new();

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (Caller.NameOf(context) is not { } name || context.GetEndpoint()?.Metadata.GetMetadata<AccessRule>() is not { } rule) return;
        var status = context.Response.StatusCode;
        if (status is StatusCodes.Status403Forbidden or StatusCodes.Status404NotFound) await CountAsync(name, "many-refusals", options.RefusalsAlarm, context);
        if (status >= StatusCodes.Status400BadRequest) return;
        if (rule.Permission is Permission.ReadHouseholds or Permission.Unmask) await CountAsync(name, "mass-reads", options.ReadsAlarm, context);
        if (IsExport(context, rule) && IsNight(clock.GetUtcNow())) await CountAsync(name, "export-at-night", 1, context);
    }

    /// <summary>By what is declared, or by a file as the answer.</summary>
    private static bool IsExport(HttpContext context, AccessRule rule) =>
        rule.Permission == Permission.Export || context.Request.Path.Value?.EndsWith(".xlsx", StringComparison.Ordinal) == true;

    private bool IsNight(DateTimeOffset now) => now.ToOffset(ChinaTime.Offset).Hour is var hour && (hour >= options.NightFromHour || hour < options.NightToHour);

    private Task CountAsync(string name, string kind, int alarmAt, HttpContext context)
    {
        if (counts.Count >= Most) counts.Clear();
        return counts.GetOrAdd((name, kind), _ => new Count()).Add(clock.GetUtcNow()) == alarmAt
            ? trail.AlarmAsync(kind, name, context.GetEndpoint()?.DisplayName ?? "", context)
            : Task.CompletedTask;
    }

    private sealed class Count
    {
        private readonly Lock gate = new();
        private DateTimeOffset since;
        private int times;

        /// <returns>How many there were in the present span.</returns>
        public int Add(DateTimeOffset now)
        {
            lock (gate)
            {
                if (now - since >= Span) (since, times) = (now, 0);
                return ++times;
            }
        }
    }
}
