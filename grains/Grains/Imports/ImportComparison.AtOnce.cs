using FangFanPin.Contracts;
using FangFanPin.Domain.Imports;
using FangFanPin.Grains.Rollup;

namespace FangFanPin.Grains.Imports;

/// <summary>
/// Without a preview: what is new is registered right after it was compared, batch by batch, with its outcomes and the job in one transaction. A runner that takes over
/// reads the files from their beginning and leaves alone what the import has written.
/// </summary>
public sealed partial class ImportComparison
{
    /// <summary>Times in a row that something came into the way of a batch between comparison and registration.</summary>
    private const int TriesMax = 10;

    /// <summary>By earlier runners.</summary>
    private static void CountWritten(Course course)
    {
        var written = course.Job.Counts.Written;
        course.IsResumed = written > 0;
        course.Job = course.Job with { Counts = course.Job.Counts with { Households = written, New = written } };
    }

    private async Task RegisterAsync(Course course, AssembledHousehold[] batch, CancellationToken ct)
    {
        if (course.IsResumed) batch = await WithoutWrittenAsync(course.Job, batch, ct);
        for (var attempt = 1; batch.Length > 0; attempt++)
        {
            var previews = await CompareAsync(course.Job, batch, personsLater: attempt == 1, ct);
            var (born, others) = (previews.Where(p => p.Household.State is not null).ToList(), previews.Where(p => p.Household.State is null).ToList());
            await WriteAsync(course.Job, [.. others.Select(p => p.Household)], others, ct);
            if (others.Count > 0) await CountAsync(course, others, 0, ct);
            if (born.Count == 0) return;
            if (await TryRegisterAsync(course, born, ct))
            {
                await WriteAsync(course.Job, [], born, CancellationToken.None); // they stand, so what was wrong with them is told
                foreach (var village in born.Select(p => p.Household.State!.File!.Household.AreaCode!).Distinct(StringComparer.Ordinal)) grains.Village(village).NudgeAsync().Ignore();
                ImportMetrics.Settled(nameof(StagedOutcome.Written), born.Count);
                return;
            }
            if (attempt == TriesMax) throw new InvalidOperationException("Something comes into the way of a batch again and again: for the next runner.");
            var left = born.Select(p => p.Household.Code).ToHashSet(StringComparer.Ordinal);
            batch = [.. batch.Where(a => left.Contains(a.Code))];
            await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt), ct);
        }
    }

    /// <returns>False when something has come into the way: they are to be compared again.</returns>
    private async Task<bool> TryRegisterAsync(Course course, List<ImportPreview.Preview> born, CancellationToken ct)
    {
        var rows = fresh.Prepare([.. born.Select(p => p.Household)]); // outside the gate: the longest part
        await course.Gate.WaitAsync(ct);
        try
        {
            var counts = Add(course.Job.Counts, born);
            var job = course.Job with { ParsedRun = course.Job.Run, Attempts = 0, Counts = counts with { Written = counts.Written + born.Count } };
            await using var hold = await stored.HoldAsync(job.Region, ct);
            if (await rows.RegisterAsync(job, clock.GetUtcNow(), ct) is not { } order) return false;
            Obey(order);
            course.Job = job;
            return true;
        }
        finally
        {
            course.Gate.Release();
        }
    }

    private async Task<AssembledHousehold[]> WithoutWrittenAsync(ImportJob job, AssembledHousehold[] batch, CancellationToken ct)
    {
        var written = await staging.WrittenAsync(job.Id, job.Run, [.. batch.Select(a => a.Code)], ct);
        if (written.Count == 0) return batch;
        // What was wrong with some of their records is still to be told.
        await staging.WriteAsync(job.Id, job.Run, [], [], [.. batch.Where(a => written.Contains(a.Code)).SelectMany(a => a.Errors)], ct);
        return [.. batch.Where(a => !written.Contains(a.Code))];
    }
}
