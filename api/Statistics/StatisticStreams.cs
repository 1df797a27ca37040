using System.Buffers;
using System.Text;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Statistics;

/// <summary>
/// Live statistics as server-sent events: <c>table</c> with the whole table, at once and after every change; <c>waiting</c> while the region cannot answer;
/// <c>alive</c> with the moment up to which the last table still holds.
/// </summary>
internal sealed class StatisticStreams(RenderedStatistics rendered, IRegions regions, IOptions<StatisticsOptions> options, TimeProvider clock)
{
    private int open;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref open) <= options.Value.StreamsMax) return true;
        Interlocked.Decrement(ref open);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref open);

    /// <summary>Ends when the client goes, the server stops, the region ends, or the stream is old.</summary>
    public async Task RunAsync(RegionCode code, StatisticQuery query, HttpResponse response, CancellationToken ct)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        life.CancelAfter(options.Value.StreamLife);
        try
        {
            await SendAsync(code, query, response, life.Token);
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
        }
    }

    private async Task SendAsync(RegionCode code, StatisticQuery query, HttpResponse response, CancellationToken ct)
    {
        using var looks = new PeriodicTimer(options.Value.StreamLooksEvery, clock);
        Rendered? sent = null;
        var quietSince = clock.GetTimestamp();
        var first = true;
        do
        {
            if (regions.Tree.Find(code) is not { } region) return;
            var answer = await rendered.GetAsync(region, query, ct);
            var quiet = clock.GetElapsedTime(quietSince) >= options.Value.StreamHeartbeat;
            if (answer is { } table && table.Table != sent)
            {
                await WriteAsync(response, "table", StatisticJson.AsOf(table.AsOf), table.Table.Body, ct);
                sent = table.Table;
            }
            else if (first || quiet)
            {
                var text = answer is { } same ? $$"""{"asOf":"{{Moments.Text(same.AsOf)}}"}""" : "{}";
                await WriteAsync(response, answer is null ? "waiting" : "alive", Encoding.UTF8.GetBytes(text), [], ct);
            }
            else
            {
                continue;
            }
            (quietSince, first) = (clock.GetTimestamp(), false);
        }
        while (await looks.WaitForNextTickAsync(ct));
    }

    private static async Task WriteAsync(HttpResponse response, string name, byte[] start, byte[] rest, CancellationToken ct)
    {
        var body = response.BodyWriter;
        body.Write(Encoding.UTF8.GetBytes($"event: {name}\ndata: "));
        body.Write(start);
        body.Write(rest);
        body.Write("\n\n"u8);
        await body.FlushAsync(ct);
    }
}
