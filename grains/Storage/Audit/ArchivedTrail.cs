using System.Globalization;

namespace FangFanPin.Storage.Audit;

/// <summary>What an inspector asks, of a month that has left the table: its archive is read once from end to end, and its signatures with it.</summary>
public sealed class ArchivedTrail(CheckpointFile file)
{
    /// <summary>First days of the months that stand in archives, the newest first.</summary>
    public IReadOnlyList<DateOnly> Months => AuditArchive.Months(file.Folder);

    /// <returns>Null when the archive is not as it was written: nothing of it is shown then.</returns>
    public Task<IReadOnlyList<AuditLine>?> OfAccountAsync(DateOnly month, string account, AuditPage page, CheckpointKey key, CancellationToken ct) =>
        ReadAsync(month, row => row.Actor == account, page, key, ct);

    /// <inheritdoc cref="OfAccountAsync"/>
    public Task<IReadOnlyList<AuditLine>?> OfHouseholdsAsync(DateOnly month, IReadOnlyCollection<string> codes, AuditPage page, CheckpointKey key, CancellationToken ct) =>
        ReadAsync(month, row => (row.Subject is { } subject && codes.Contains(subject)) || codes.Contains(row.Object), page, key, ct);

    private async Task<IReadOnlyList<AuditLine>?> ReadAsync(DateOnly month, Func<AuditRow, bool> wanted, AuditPage page, CheckpointKey key, CancellationToken ct)
    {
        var newest = new PriorityQueue<AuditRow, (long At, long Id)>();
        var before = (page.Before.UtcTicks / TimeSpan.TicksPerMicrosecond, page.BeforeId);
        void See(AuditRow[] rows)
        {
            foreach (var row in rows.Where(r => wanted(r) && (r.At, r.Id).CompareTo(before) < 0 && page.Kind?.Holds(r.Action) != false))
            {
                newest.Enqueue(row, (row.At, row.Id));
                if (newest.Count > page.Limit) newest.Dequeue();
            }
        }
        if (await AuditArchive.CheckAsync(AuditArchive.PathOf(file.Folder, month), key, ct, See) is null) return null;
        var lines = new List<AuditLine>();
        while (newest.TryDequeue(out var row, out _)) lines.Add(LineOf(row));
        lines.Reverse();
        return lines;
    }

    private static AuditLine LineOf(AuditRow row) => new(
        row.Id, new DateTimeOffset(row.At * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero), row.Actor, row.Role, row.Address, row.Device, row.Action, row.Object, row.Result, row.TraceId,
        Hex(row.BeforeHash), Hex(row.AfterHash));

    private static string? Hex(byte[]? hash) => hash is null ? null : Convert.ToHexStringLower(hash);

    public static DateOnly? MonthOf(string text) => AuditArchive.MonthOf(text);

    public static string NameOf(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
