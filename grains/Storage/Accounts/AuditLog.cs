using System.Threading.Channels;
using FangFanPin.Storage.Records;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Accounts;

/// <summary>One line of the audit table. Nothing personal: account names, paths, codes.</summary>
public sealed record AuditEntry(DateTimeOffset At, string Actor, string Action, string Object, string Result, string TraceId)
{
    public string? Role { get; init; }

    /// <summary>Where the request came from.</summary>
    public string? Address { get; init; }

    /// <summary>What the client calls itself.</summary>
    public string? Device { get; init; }

    /// <summary>Code of the household that was looked at.</summary>
    public string? Subject { get; init; }

    /// <summary>Keyed hashes of what was changed, before and after; null where nothing was, or no hash is kept.</summary>
    public byte[]? BeforeHash { get; init; }
    public byte[]? AfterHash { get; init; }
}

/// <summary>Keyed hashes of what was changed.</summary>
public readonly record struct Hashes(byte[]? Before, byte[]? After);

/// <summary>
/// Insert-only record of what was done or refused. Entries of many callers travel in one statement: what gathers while one is on its way is the
/// next. A caller goes on once its entry is committed, or fails.
/// </summary>
public class AuditLog : IAsyncDisposable
{
    private const int TextMax = 400;
    private const int RowsMax = 500;
    private const int QueueMax = 20_000;

    /// <summary>A statement costs the database as much as a dozen entries in it: where several ask at once, it waits for a few more. A lone reader waits for nobody.</summary>
    private const int CompanyFrom = 3;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);

    private const string Insert = """
        insert into audit (at, actor, action, object, result, trace_id, role, address, device, subject, before_hash, after_hash)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """;

    private readonly NpgsqlDataSource database;
    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(QueueMax) { SingleReader = true });
    private readonly Task worker;

    /// <summary>Of the worker alone, and kept: readers fill the pool, and who stands at its end would hold all of them up.</summary>
    private NpgsqlConnection? session;

    private sealed record Waiting(AuditEntry Entry, TaskCompletionSource Done);

    public AuditLog(NpgsqlDataSource database)
    {
        this.database = database;
        using (ExecutionContext.SuppressFlow()) worker = Task.Run(RunAsync);
    }

    /// <exception cref="NpgsqlException">The entry could not be written: what it is about must not happen.</exception>
    public virtual async Task AppendAsync(AuditEntry entry, CancellationToken ct = default)
    {
        var waiting = new Waiting(entry, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await queue.Writer.WriteAsync(waiting, ct);
        }
        catch (ChannelClosedException e)
        {
            throw new NpgsqlException("The audit is closing.", e);
        }
        await waiting.Done.Task.WaitAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await worker;
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    private async Task RunAsync()
    {
        var batch = new List<Waiting>(RowsMax);
        while (await queue.Reader.WaitToReadAsync())
        {
            if (batch.Count >= CompanyFrom && queue.Reader.Count < RowsMax) await Task.Delay(Linger); // as many as at the last time
            batch.Clear();
            while (batch.Count < RowsMax && queue.Reader.TryRead(out var next)) batch.Add(next);
            try
            {
                await WriteAsync([.. batch.Select(w => w.Entry)]);
                foreach (var one in batch) one.Done.TrySetResult();
            }
            catch (Exception e)
            {
                foreach (var one in batch) one.Done.TrySetException(e as NpgsqlException ?? new NpgsqlException("The audit cannot be written.", e));
            }
        }
    }

    /// <summary>A session that was kept may have died since: then a fresh one is asked, once. Entries may come to stand twice, never not at all.</summary>
    private async Task WriteAsync(AuditEntry[] entries)
    {
        for (var kept = session is not null; ; kept = false)
        {
            try
            {
                session ??= await database.OpenConnectionAsync();
                await InsertAsync(session, entries, CancellationToken.None);
                return;
            }
            catch (Exception e)
            {
                await CloseAsync();
                if (!kept || DatabaseFaults.Of(e) != DatabaseFault.Passing) throw;
            }
        }
    }

    private async Task CloseAsync()
    {
        if (session is { } open) await open.DisposeAsync();
        session = null;
    }

    /// <summary>Within the transaction of what the entries are about: they stand together, or neither does.</summary>
    public static async Task InsertAsync(NpgsqlConnection connection, IReadOnlyList<AuditEntry> entries, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        command
            .WithColumn(entries, NpgsqlDbType.TimestampTz, e => e.At.ToUniversalTime())
            .WithColumn(entries, NpgsqlDbType.Text, e => Clean(e.Actor))
            .WithColumn(entries, NpgsqlDbType.Text, e => Clean(e.Action))
            .WithColumn(entries, NpgsqlDbType.Text, e => Clean(e.Object))
            .WithColumn(entries, NpgsqlDbType.Text, e => Clean(e.Result))
            .WithColumn(entries, NpgsqlDbType.Text, e => Clean(e.TraceId))
            .WithColumn(entries, NpgsqlDbType.Text, e => Clean(e.Role))
            .WithColumn(entries, NpgsqlDbType.Text, e => Clean(e.Address))
            .WithColumn(entries, NpgsqlDbType.Text, e => Clean(e.Device))
            .WithColumn(entries, NpgsqlDbType.Text, e => Clean(e.Subject))
            .WithColumn(entries, NpgsqlDbType.Bytea, e => e.BeforeHash)
            .WithColumn(entries, NpgsqlDbType.Bytea, e => e.AfterHash);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Bounded, and without what the database would refuse: one caller's odd header must not fail the entries beside it.</summary>
    private static string? Clean(string? text)
    {
        if (text is null) return null;
        var cut = text.Length > TextMax ? text[..TextMax] : text;
        return cut.Any(c => char.IsControl(c) || char.IsSurrogate(c)) ? string.Concat(cut.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)) : cut;
    }
}
