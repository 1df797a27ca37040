using System.Text.Json;
using FangFanPin.Domain.Exports;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Exports;

/// <summary>The job as server-sent events <c>export</c>, at once and after every change, until it rests.</summary>
internal sealed class ExportEvents(IExportJobs jobs, IOptions<ExportOptions> options, IOptions<JsonOptions> json, TimeProvider clock)
{
    private static readonly TimeSpan QuietMax = TimeSpan.FromSeconds(15);

    public async Task RunAsync(Guid id, HttpResponse response, CancellationToken ct)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        life.CancelAfter(options.Value.EventsLife);
        try
        {
            await SendAsync(id, response, life.Token);
        }
        catch (OperationCanceledException) when (life.IsCancellationRequested)
        {
            // The client went, the server stops, or the stream is old.
        }
    }

    private async Task SendAsync(Guid id, HttpResponse response, CancellationToken ct)
    {
        ExportJob? sent = null;
        var sentAt = clock.GetTimestamp();
        using var looks = new PeriodicTimer(options.Value.EventsLookEvery, clock);
        do
        {
            if (await jobs.FindAsync(id, ct) is not { } job) return;
            var same = sent is not null && sent.Stage == job.Stage && sent.Rows == job.Rows;
            if (same && clock.GetElapsedTime(sentAt) < QuietMax) continue;
            await response.WriteAsync(same ? ": alive\n\n" : $"event: export\ndata: {JsonSerializer.Serialize(ExportResponse.From(job, clock.GetUtcNow()), json.Value.SerializerOptions)}\n\n", ct);
            await response.Body.FlushAsync(ct);
            (sent, sentAt) = (job, clock.GetTimestamp());
            if (job.IsAtRest) return;
        }
        while (await looks.WaitForNextTickAsync(ct));
    }
}
