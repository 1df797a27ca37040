using FangFanPin.Contracts.Imports;
using FangFanPin.Domain;
using FangFanPin.Domain.Imports;

namespace FangFanPin.Grains.Imports;

/// <summary>
/// Begins stages and holds the runner. The job itself stands in its table and not in a grain state: it is listed, its outcomes are saved in
/// one transaction with it, and a runner of an older activation is shut out by its run number even while two activations live.
/// </summary>
[GrainType("import")]
public sealed class ImportGrain(IImportJobs jobs, IImportFiles files, ImportRunner runner, ImportRetention retention, ImportOptions options, TimeProvider clock) : DatabaseGrain, IImportGrain, IRemindable
{
    private const string Reminder = "import-runs";
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);
    private Task running = Task.CompletedTask;

    private Guid Id => ImportKey.Parse(this.GetPrimaryKeyString()).Id;

    public Task<ImportAnswer> ParseAsync() => BeginAsync(ImportStage.Parsing, ImportStage.Uploaded);

    public async Task<ImportAnswer> CommitAsync()
    {
        if (await UnreadAsync() is { } error) return new ImportAnswer { Error = error };
        if (await jobs.FindAsync(Id, CancellationToken.None) is not { IsHalfRead: true }) return await BeginAsync(ImportStage.Committing, ImportStage.Previewed, ImportStage.Cancelled, ImportStage.Failed);
        // The rest of its households is in the files alone.
        if (!await files.StandAsync(Id, CancellationToken.None)) return new ImportAnswer { Error = ImportErrors.RestLost };
        return await BeginAsync(ImportStage.Parsing, ImportStage.Cancelled, ImportStage.Failed);
    }

    public async Task<ImportAnswer> UndoAsync()
    {
        if (await UnreadAsync() is { } error) return new ImportAnswer { Error = error };
        return await BeginAsync(ImportStage.Undoing, ImportStage.Done, ImportStage.Cancelled, ImportStage.Failed);
    }

    public async Task<ImportAnswer> CancelAsync()
    {
        if (await jobs.AskToCancelAsync(Id, CancellationToken.None)) return new ImportAnswer();
        // Nothing is running: a preview that nobody wants is put aside at once.
        var job = await jobs.BeginAsync(Id, [ImportStage.Previewed, ImportStage.Uploaded, ImportStage.Uploading], ImportStage.Cancelled, clock.GetUtcNow(), CancellationToken.None);
        if (job is null) return await WrongStageAsync();
        await jobs.SaveAsync(job with { FinishedAt = clock.GetUtcNow() }, [], CancellationToken.None);
        await retention.CancelledAsync(job, CancellationToken.None);
        return new ImportAnswer();
    }

    public async Task ResumeAsync()
    {
        if (!running.IsCompleted) return;
        if (await jobs.TakeOverAsync(Id, options.Silence, CancellationToken.None) is { } job) Launch(job);
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        await ResumeAsync();
        var job = await jobs.FindAsync(Id, CancellationToken.None);
        if (job is null or { IsAtRest: true } && await this.GetReminder(Reminder) is { } reminder) await this.UnregisterReminder(reminder);
    }

    private async Task<ImportAnswer> BeginAsync(ImportStage stage, params ImportStage[] from)
    {
        // First the promise that somebody will look after it, then the stage that needs looking after.
        await this.RegisterOrUpdateReminder(Reminder, ReminderPeriod, ReminderPeriod);
        if (await jobs.BeginAsync(Id, from, stage, clock.GetUtcNow(), CancellationToken.None) is not { } job) return await WrongStageAsync();
        Launch(job);
        return new ImportAnswer();
    }

    /// <summary>Why there is no preview to work from; null when there is one, or no such import.</summary>
    private async Task<DomainError?> UnreadAsync() => await jobs.FindAsync(Id, CancellationToken.None) switch
    {
        { PurgedAt: not null } => ImportErrors.Purged,
        { ParsedRun: 0 } => ImportErrors.WrongStage,
        _ => null,
    };

    private async Task<ImportAnswer> WrongStageAsync() =>
        new() { Error = await jobs.FindAsync(Id, CancellationToken.None) is null ? ImportErrors.NotFound : ImportErrors.WrongStage };

    /// <summary>Off the grain's turn: reading a workbook takes the processor for minutes, and commands must get through meanwhile.</summary>
    private void Launch(ImportJob job) => running = Task.Run(() => runner.RunAsync(job));
}
