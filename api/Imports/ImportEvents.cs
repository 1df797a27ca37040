using FangFanPin.Api.Shared;
using FangFanPin.Domain.Imports;
using Microsoft.Extensions.Options;

namespace FangFanPin.Api.Imports;

/// <summary>The job as server-sent events <c>import</c>.</summary>
internal sealed class ImportEvents(JobEvents events, IImportJobs jobs, IOptions<ImportApiOptions> options, TimeProvider clock)
{
    public Task RunAsync(Guid id, HttpResponse response, CancellationToken ct) => events.RunAsync(
        new JobEvents.Source<ImportJob>(
            "import", stop => jobs.FindAsync(id, stop), (a, b) => a.Stage == b.Stage && a.Counts == b.Counts, job => job.IsAtRest, job => ImportResponse.From(job, clock.GetUtcNow())),
        options.Value.EventsLookEvery, options.Value.EventsLife, response, ct);
}
