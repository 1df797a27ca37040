using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;

namespace FangFanPin.Api.Imports;

/// <summary>导入任务.</summary>
/// <param name="Stage">Uploading, Uploaded, Parsing, Previewed, Committing, Done, Cancelled, Failed, Undoing, Undone.</param>
/// <param name="AtOnce">Nobody looks at a preview: written while it is read.</param>
/// <param name="SkippedSheets">Sheets in which nothing of the dictionary was found.</param>
/// <param name="ErrorsByCode">How many refused cells, rows or households of each kind.</param>
/// <param name="Fault">Why the whole import was refused.</param>
/// <param name="PurgedAt">When the files and everything read from them were deleted; null while they are there.</param>
/// <param name="Progress">Null while nothing is running and nothing has run.</param>
public sealed record ImportResponse(
    string Id, string Region, string Stage, bool AtOnce, DateTimeOffset CreatedAt, string CreatedBy, IReadOnlyList<UploadedFile> Files,
    IReadOnlyList<ImportSheetResponse> Sheets, IReadOnlyList<string> SkippedSheets, ImportCounts Counts, IReadOnlyDictionary<string, long> ErrorsByCode,
    ImportFault? Fault, ImportProgress? Progress, DateTimeOffset? FinishedAt, DateTimeOffset? PurgedAt)
{
    public static ImportResponse From(ImportJob job, DateTimeOffset now) => new(
        job.Id.ToString("N"), job.Region, job.Stage.ToString(), job.AtOnce, job.CreatedAt, job.Actor.Account, job.Files,
        [.. job.Sheets.Select(s => new ImportSheetResponse(job.Files[s.File].Name, s.Name, s.Kind, s.HeaderRow, s.Unknown, s.Ignored))], job.Skipped, job.Counts,
        job.ErrorsByCode, job.Fault is { } fault ? new ImportFault(fault.Code, fault.Message, fault.Field) : null, ImportProgress.Of(job, now), job.FinishedAt, job.PurgedAt);
}

/// <param name="Kind">Which sheet it was taken for: 户和成员, 年度收入 …</param>
/// <param name="UnknownColumns">Headers that the dictionary does not know; not taken.</param>
/// <param name="IgnoredColumns">Headers of fields that the platform computes itself.</param>
public sealed record ImportSheetResponse(
    string File, string Name, string Kind, int HeaderRow, IReadOnlyList<string> UnknownColumns, IReadOnlyList<string> IgnoredColumns);

public sealed record ImportFault(string Code, string Message, string? Field);

/// <param name="Done">While parsing bytes, each twice: once read, once made into households. Afterwards households.</param>
/// <param name="PerSecond">Rows while parsing, households afterwards.</param>
/// <param name="SecondsLeft">Null until it can be told.</param>
public sealed record ImportProgress(long Done, long Total, double PerSecond, double? SecondsLeft)
{
    public static ImportProgress? Of(ImportJob job, DateTimeOffset now)
    {
        if (job.StageStartedAt is not { } started) return null;
        var seconds = Math.Max(0.001, ((job.IsAtRest && job.FinishedAt is { } end ? end : now) - started).TotalSeconds);
        var counts = job.Counts;
        var (done, total, units) = job.Stage switch
        {
            ImportStage.Parsing => Parsing(job.Files.Sum(f => f.Bytes), counts),
            ImportStage.Undoing or ImportStage.Undone => Same(counts.TakenBack + counts.NotTakenBack, counts.Written),
            _ => Same(counts.Written + counts.AsTheyWere + counts.RefusedAtCommit, counts.New + counts.Changed),
        };
        done = Math.Min(done, total);
        double? left = done > 0 && done < total && !job.IsAtRest ? Math.Round(seconds * (total - done) / done, 1) : null;
        return new ImportProgress(done, total, Math.Round(units / seconds, 1), left);
    }

    /// <summary>Reading is one half, what is made of the rows the other.</summary>
    private static (long, long, long) Parsing(long bytes, ImportCounts counts) =>
        (counts.BytesRead + (counts.Found == 0 ? 0 : bytes * Math.Min(counts.Households, counts.Found) / counts.Found), 2 * bytes, counts.Rows);

    private static (long, long, long) Same(long done, long total) => (done, total, done);
}

/// <param name="Row">As the spreadsheet counts.</param>
/// <param name="Column">The header in the file; null when the row as a whole is meant.</param>
/// <param name="Value">What stood there, cut.</param>
public sealed record ImportErrorResponse(
    string File, string Sheet, int Row, string? Column, string Code, string Message, string? Value, string? HouseholdCode)
{
    public static ImportErrorResponse From(ImportJob job, RowError error)
    {
        var sheet = error.Source < job.Sheets.Length ? job.Sheets[error.Source] : null;
        return new(sheet is null ? "" : job.Files[sheet.File].Name, sheet?.Name ?? "", error.Row, error.Column, error.Error.Code, error.Error.Message, Masking.Loose(error.Value), error.HouseholdCode);
    }
}

/// <param name="Reason">Code of what stands in the way.</param>
public sealed record ImportConflictResponse(string HouseholdCode, string? Reason);
