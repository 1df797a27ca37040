using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FangFanPin.Storage.Audit;

/// <summary>
/// Checkpoints outside the database, one line each, one file per month: <c>audit/checkpoints-2026-11.jsonl</c> below the data folder. Only ever
/// appended to. Who may write the database must not be able to write here: truncation of the table is found by this file alone.
/// </summary>
public sealed class CheckpointFile(string dataFolder)
{
    internal string Folder => folder;

    private const string Prefix = "checkpoints-";
    private const string Ending = ".jsonl";

    /// <summary>Many lines; one has about 500 bytes.</summary>
    private const int TailBytes = 16_384;
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };
    private readonly string folder = Path.Combine(dataFolder, "audit");

    /// <summary>Returns once it is on the disk.</summary>
    public void Append(IEnumerable<Checkpoint> checkpoints)
    {
        Directory.CreateDirectory(folder);
        foreach (var month in checkpoints.GroupBy(c => c.At.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture)))
        {
            using var stream = new FileStream(Path.Combine(folder, Prefix + month.Key + Ending), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            EndLine(stream);
            foreach (var one in month) stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(one, Format) + "\n"));
            stream.Flush(flushToDisk: true);
        }
    }

    /// <returns>Null when there is none.</returns>
    public Checkpoint? Last() => Files().Reverse().Select(LastOf).FirstOrDefault(c => c is not null);

    /// <summary>In the order of writing; null for a line that is no checkpoint.</summary>
    public IEnumerable<Checkpoint?> All() => Files().SelectMany(Lines);

    private IEnumerable<string> Files() => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, $"{Prefix}*{Ending}").Order(StringComparer.Ordinal)
        : [];

    private static IEnumerable<Checkpoint?> Lines(string path) => File.ReadLines(path).Where(line => line.Length > 0).Select(Read);

    private static Checkpoint? LastOf(string path)
    {
        using var stream = File.OpenRead(path);
        stream.Seek(-Math.Min(stream.Length, TailBytes), SeekOrigin.End);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read).LastOrDefault(c => c is not null);
    }

    private static Checkpoint? Read(string line)
    {
        try
        {
            var one = JsonSerializer.Deserialize<Checkpoint>(line, Format);
            return one is { Ids: not null, Root: not null, Chain: not null, Signature: not null } ? one : null;
        }
        catch (JsonException)
        {
            return null; // half a line of a process that was killed: the checkpoint is written again
        }
    }

    /// <summary>Goes to the end; half a line there is closed, so that it does not swallow the next.</summary>
    private static void EndLine(FileStream stream)
    {
        if (stream.Length == 0) return;
        stream.Seek(-1, SeekOrigin.End);
        if (stream.ReadByte() != '\n') stream.WriteByte((byte)'\n');
    }
}
