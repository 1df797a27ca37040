using FangFanPin.Contracts.Imports;
using FangFanPin.Contracts.Sync;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Grains.Sync;

/// <summary>
/// One reminder; what is due, is asked of the stored batches, so a tick that is late, lost or doubled does no harm, and neither do two activations: the
/// table lets one batch run at a time, and one per moment of the calendar.
/// </summary>
[GrainType("national-sync")]
public sealed class NationalSyncGrain(
    ISyncBatches batches, ISyncIntake intake, INationalSource source, SyncRunner runner, SyncOptions options, IGrainFactory grains, TimeProvider clock)
    : DatabaseGrain, INationalSyncGrain, IRemindable
{
    private const string Reminder = "national-sync";
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    private Task running = Task.CompletedTask;
    private DateTimeOffset unlockedAt;

    public async Task EnsureAsync()
    {
        if (await this.GetReminder(Reminder) is null) await this.RegisterOrUpdateReminder(Reminder, Period, Period);
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => LookAsync();

    public async Task LookAsync()
    {
        if (!running.IsCompleted) return;
        if (await batches.TakeOverAsync(options.Silence, CancellationToken.None) is { } silent) Launch(silent);
        else if (source.IsConfigured && await DueAsync() is { } due) await BeginAsync(due);
    }

    public async Task<SyncAnswer> StartAsync(StartSync command)
    {
        if (!source.IsConfigured) return new SyncAnswer { Error = SyncErrors.NoSource };
        if (await batches.FindAsync(command.BatchId, CancellationToken.None) is not null) return new SyncAnswer();
        var batch = new SyncBatch { Id = command.BatchId, Trigger = SyncTrigger.Manual, Actor = command.Actor, Full = command.Full, StartedAt = clock.GetUtcNow() };
        return await BeginAsync(batch) ? new SyncAnswer() : new SyncAnswer { Error = SyncErrors.Running };
    }

    public async Task<SyncAnswer> DecideAsync(DecideShare command)
    {
        if (await batches.FindAsync(command.BatchId, CancellationToken.None) is null) return new SyncAnswer { Error = SyncErrors.NotFound };
        var share = (await batches.SharesAsync([command.BatchId], CancellationToken.None)).FirstOrDefault(s => s.Region == command.Region);
        if (share?.Stage == ShareStage.Superseded) return new SyncAnswer { Error = SyncErrors.Superseded };
        if (share?.Stage != ShareStage.Held) return new SyncAnswer { Error = SyncErrors.NotHeld };
        var decided = share with { DecidedBy = command.Actor.Account, DecidedAt = clock.GetUtcNow(), Opinion = command.Opinion };
        return command.Accept ? await GoOnAsync(decided) : await RefuseAsync(decided);
    }

    private async Task<SyncAnswer> GoOnAsync(SyncShare share)
    {
        if (await batches.ReopenAsync(share.Batch, CancellationToken.None) is not { } batch) return new SyncAnswer { Error = SyncErrors.Running };
        var taken = await batches.DecideAsync(share with { Stage = ShareStage.Waiting }, CancellationToken.None);
        Launch(batch);
        return taken ? new SyncAnswer() : new SyncAnswer { Error = SyncErrors.NotHeld };
    }

    private async Task<SyncAnswer> RefuseAsync(SyncShare share)
    {
        if (!await batches.DecideAsync(share with { Stage = ShareStage.Refused, FinishedAt = clock.GetUtcNow() }, CancellationToken.None)) return new SyncAnswer { Error = SyncErrors.NotHeld };
        // Its rows are of no use any more.
        if (share.Import is { } import) await grains.GetGrain<IImportGrain>(new ImportKey(import).ToString()).CancelAsync();
        return new SyncAnswer();
    }

    /// <summary>What should run now by the calendar, or because procedures have ended; null when nothing should, or the extract is not there yet.</summary>
    private async Task<SyncBatch?> DueAsync()
    {
        var now = clock.GetUtcNow();
        var due = new SyncCalendar(options.Day, options.Time).DueBy(now);
        var batch = new SyncBatch { Id = Guid.NewGuid(), Trigger = SyncTrigger.Scheduled, Actor = Actor.System, DueAt = due, StartedAt = now };
        if (!await batches.HasBatchForAsync(due, CancellationToken.None))
        {
            if (!HasExtract()) return null;
            // Whoever has just set the folder has not missed anything.
            return batch with { Late = now - due > options.LateAfter && await batches.HasAnyAsync(CancellationToken.None) };
        }
        if (now - unlockedAt < options.UnlockedEvery || !await intake.HasUnlockedAsync(CancellationToken.None) || !HasExtract()) return null;
        unlockedAt = now;
        return batch with { Trigger = SyncTrigger.Unlocked, DueAt = null };
    }

    private bool HasExtract()
    {
        try
        {
            return source.List().Count > 0;
        }
        catch (ImportFileException)
        {
            return true; // the batch will say what is wrong with it
        }
    }

    private async Task<bool> BeginAsync(SyncBatch batch)
    {
        if (!await batches.BeginAsync(batch, CancellationToken.None)) return false;
        Launch(batch);
        return true;
    }

    /// <summary>Off the grain's turn: reading an extract takes the processor for minutes, and commands must get through meanwhile.</summary>
    private void Launch(SyncBatch batch) => running = Task.Run(() => runner.RunAsync(batch));
}
