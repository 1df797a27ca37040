using FangFanPin.Api.Shared;
using FangFanPin.Domain.Exports;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Exports;

/// <summary>The job as server-sent events <c>export</c>.</summary>
internal sealed class ExportEvents(JobEvents events, IExportJobs jobs, IOptions<ExportOptions> options, TimeProvider clock)
{
    public Task RunAsync(Guid id, HttpResponse response, CancellationToken ct) => events.RunAsync(
        new JobEvents.Source<ExportJob>(
            "export", stop => jobs.FindAsync(id, stop), (a, b) => a.Stage == b.Stage && a.Rows == b.Rows, job => job.IsAtRest, job => ExportResponse.From(job, clock.GetUtcNow())),
        options.Value.EventsLookEvery, options.Value.EventsLife, response, ct);
}
