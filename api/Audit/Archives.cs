using System.Globalization;
using FangFanPin.Api.Shared;
using FangFanPin.Storage.Audit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Audit;

/// <summary>Answers of the inspector's views, which always say what was read and which months lie elsewhere.</summary>
internal sealed class Archives(ArchivedTrail archived, DataFolder folder)
{
    private const string Online = "online";

    /// <summary>One archive after the other: each is unpacked as a whole.</summary>
    private readonly SemaphoreSlim turn = new(1);

    public Ok<AuditLinesResponse> Answer(IReadOnlyList<AuditLine> lines, AuditPage page) => Answer(lines, page, Online);

    public async Task<Results<Ok<AuditLinesResponse>, ProblemHttpResult>> AnswerAsync(
        string month, AuditPage page, Func<ArchivedTrail, DateOnly, CheckpointKey, Task<IReadOnlyList<AuditLine>?>> read)
    {
        if (ArchivedTrail.MonthOf(month) is not { } at || !archived.Months.Contains(at)) return Problems.From(AuditErrors.NoArchive);
        if (KeyOf(folder) is not { } key) return Problems.From(AuditErrors.NotReady);
        await turn.WaitAsync();
        try
        {
            using (key)
                return await read(archived, at, key) is { } lines ? Answer(lines, page, month) : Problems.From(AuditErrors.Damaged);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <returns>Null when there is none yet.</returns>
    public static CheckpointKey? KeyOf(DataFolder folder)
    {
        try
        {
            return CheckpointKey.ToVerify(folder.Path);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private Ok<AuditLinesResponse> Answer(IReadOnlyList<AuditLine> lines, AuditPage page, string source) => TypedResults.Ok(new AuditLinesResponse(
        lines, lines.Count == page.Limit ? string.Create(CultureInfo.InvariantCulture, $"{lines[^1].At.UtcTicks}-{lines[^1].Id}") : null,
        source, [.. archived.Months.Select(ArchivedTrail.NameOf)]));
}
