using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FangFanPin.Storage.Sealing;

namespace FangFanPin.Storage.Audit;

/// <summary>
/// A month of the audit as a file: <c>audit/archive-2026-05.jsonl.gz</c>. A line per checkpoint, with all its entries; the last line counts them and is
/// signed. It proves itself: entries give the roots that were signed when they were fresh.
/// </summary>
internal static class AuditArchive
{
    private const string Prefix = "archive-";
    private const string Ending = ".jsonl.gz";
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="Sha256">Of all lines before, unpacked.</param>
    private sealed record Footer(long Entries, byte[] Sha256, byte[] Signature);

    private sealed record Line(Checkpoint? Checkpoint, AuditRow[]? Entries, Footer? End);

    internal sealed record Content(List<Checkpoint> Checkpoints, long Entries);

    /// <param name="month">Its first day.</param>
    public static string PathOf(string folder, DateOnly month) => Path.Combine(folder, $"{Prefix}{month:yyyy-MM}{Ending}");

    /// <returns>First days of the months that there are archives of, the newest first.</returns>
    public static IReadOnlyList<DateOnly> Months(string folder) =>
        [.. Files(folder).Select(f => MonthOf(Path.GetFileName(f)[Prefix.Length..^Ending.Length])).OfType<DateOnly>().OrderDescending()];

    /// <param name="text">2026-05; null for anything else.</param>
    public static DateOnly? MonthOf(string text) => DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) ? month : null;

    public static IEnumerable<string> Files(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, $"{Prefix}*{Ending}").Order(StringComparer.Ordinal) : [];

    /// <summary>Appears under its name once it is whole and on the disk.</summary>
    public static async Task WriteAsync(string path, IAsyncEnumerable<(Checkpoint Checkpoint, AuditRow[] Entries)> checkpoints, CheckpointKey key, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // the sealer that made it may run in another process
        var part = path + ".part";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var file = new FileStream(part, options))
        {
            await using (var packed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var entries = 0L;
                await foreach (var (checkpoint, rows) in checkpoints.WithCancellation(ct))
                {
                    var line = Bytes(new Line(checkpoint, rows, null));
                    hash.AppendData(line);
                    await packed.WriteAsync(line, ct);
                    entries += rows.Length;
                }
                var all = hash.GetHashAndReset();
                await packed.WriteAsync(Bytes(new Line(null, null, new Footer(entries, all, key.Sign(all)))), ct);
            }
            file.Flush(flushToDisk: true);
        }
        File.Move(part, path, overwrite: false);
    }

    /// <param name="path">Of the archive.</param>
    /// <param name="key">That signed it, or one that followed.</param>
    /// <param name="ct">Ends the reading.</param>
    /// <param name="seen">Given each checkpoint's entries as they are read: believe them only when the whole is as it was written.</param>
    /// <returns>What it holds; null when anything in it is not as it was written.</returns>
    public static async Task<Content?> CheckAsync(string path, CheckpointKey key, CancellationToken ct, Action<AuditRow[]>? seen = null)
    {
        try
        {
            await using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            using var reader = new StreamReader(packed, new UTF8Encoding(false, throwOnInvalidBytes: true));
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var content = new Content([], 0);
            while (await reader.ReadLineAsync(ct) is { } text)
            {
                if (JsonSerializer.Deserialize<Line>(text, Format) is not { } line) return null;
                if (line.End is { } end)
                {
                    var all = hash.GetHashAndReset();
                    return end.Entries == content.Entries && content.Checkpoints.Count > 0 && all.AsSpan().SequenceEqual(end.Sha256) && key.Signed(all, end.Signature) && await reader.ReadLineAsync(ct) is null ? content : null;
                }
                if (line is not { Checkpoint: { } checkpoint, Entries: { } rows } || !Fits(content.Checkpoints.LastOrDefault(), checkpoint, rows, key)) return null;
                hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
                seen?.Invoke(rows);
                content.Checkpoints.Add(checkpoint);
                content = content with { Entries = content.Entries + rows.Length };
            }
            return null; // cut
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or DecoderFallbackException or NullReferenceException or ArgumentException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static bool Fits(Checkpoint? before, Checkpoint checkpoint, AuditRow[] rows, CheckpointKey key)
    {
        var suite = checkpoint.Suite ?? KeySuite.International;
        return checkpoint.Holds([.. rows.Select(r => r.Id)], [.. rows.SelectMany(r => r.Hash(suite))]) && key.Verifies(checkpoint)
            && (before is null || (checkpoint.Number == before.Number + 1 && checkpoint.ChainAfter(before.Chain).AsSpan().SequenceEqual(checkpoint.Chain)));
    }

    private static byte[] Bytes(Line line) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(line, Format) + "\n");
}
