using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Shared;

/// <summary>
/// A job as server-sent events: at once, after every change, until it rests. The job's row is read, so any process can serve the stream, whichever
/// silo does the work.
/// </summary>
internal sealed class JobEvents(IOptions<JsonOptions> json, TimeProvider clock)
{
    private static readonly TimeSpan QuietMax = TimeSpan.FromSeconds(15);

    /// <param name="Name">Of the event.</param>
    /// <param name="Find">The job; null ends the stream.</param>
    /// <param name="Same">Nothing that is shown has changed.</param>
    /// <param name="Shown">What is sent.</param>
    internal sealed record Source<TJob>(string Name, Func<CancellationToken, Task<TJob?>> Find, Func<TJob, TJob, bool> Same, Func<TJob, bool> AtRest, Func<TJob, object> Shown)
        where TJob : class;

    /// <param name="every">How often the job is looked at.</param>
    /// <param name="most">How long a stream lives.</param>
    public async Task RunAsync<TJob>(Source<TJob> source, TimeSpan every, TimeSpan most, HttpResponse response, CancellationToken ct) where TJob : class
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        life.CancelAfter(most);
        try
        {
            await SendAsync(source, every, response, life.Token);
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            // The client went, the server stops, or the stream is old.
        }
    }

    private async Task SendAsync<TJob>(Source<TJob> source, TimeSpan every, HttpResponse response, CancellationToken ct) where TJob : class
    {
        TJob? sent = null;
        var sentAt = clock.GetTimestamp();
        using var looks = new PeriodicTimer(every, clock);
        do
        {
            if (await source.Find(ct) is not { } job) return;
            var same = sent is not null && source.Same(sent, job);
            if (same && clock.GetElapsedTime(sentAt) < QuietMax) continue;
            await response.WriteAsync(same ? ": alive\n\n" : $"event: {source.Name}\ndata: {JsonSerializer.Serialize(source.Shown(job), json.Value.SerializerOptions)}\n\n", ct);
            await response.Body.FlushAsync(ct);
            (sent, sentAt) = (job, clock.GetTimestamp());
            if (source.AtRest(job)) return;
        }
        while (await looks.WaitForNextTickAsync(ct));
    }
}
