using FangFanPin.Contracts;
using FangFanPin.Contracts.Households;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Statistics;

namespace FangFanPin.Grains.Households;

/// <summary>Loads, asks <see cref="HouseholdDecision"/>, commits, nudges the village. The figures' debt is written by the store with the state.</summary>
[GrainType("household")]
public sealed class HouseholdGrain(
    [PersistentState(StateNames.Household, StorageNames.Records)] IPersistentState<HouseholdState> stored,
    HouseholdWorld world,
    IGrainFactory grains) : Grain, IHouseholdGrain
{
    private readonly DeclinedCommands declined = new();
    private CommandMemory memory = new([]);

    private string? code;

    private string Code => code ??= HouseholdKey.Parse(this.GetPrimaryKeyString()).Code;

    /// <summary>The version that people see: that of the newest change. The store's own also counts dates that moved figures.</summary>
    private long Version => stored.State.LastChange?.Version ?? 0;

    private long StoredVersion => stored.Etag is { } etag ? long.Parse(etag, null) : 0;

    public override Task OnActivateAsync(CancellationToken ct)
    {
        memory = new CommandMemory(stored.State.Applied);
        stored.State = stored.State with { Applied = [] }; // known once, not twice
        stored.State.LastChange?.Kept();
        // A split that was written but not handed over: the call waits until activation is over.
        if (stored.State.OwedSplit is not null)
            this.RegisterGrainTimer(_ => PaySplitAsync(), new GrainTimerCreationOptions(TimeSpan.Zero, TimeSpan.FromMinutes(1)));
        return Task.CompletedTask;
    }

    public Task<HouseholdView?> GetAsync(CancellationToken ct)
    {
        // An import may register the household past this activation, which then knows nothing that would be worth keeping.
        if (stored.Etag is null) DeactivateOnIdle();
        return Task.FromResult(stored.State.File is { } file
            ? new HouseholdView
            {
                Code = Code,
                Version = Version,
                File = file,
                ChangedAt = stored.State.LastChange!.At,
                ChangedBy = stored.State.LastChange.Actor.Account,
            }
            : null);
    }

    public async Task<CommandAnswer> ExecuteAsync(HouseholdCommand command, CancellationToken ct)
    {
        if (stored.State.OwedSplit is not null) await TryPaySplitAsync();
        var hash = CommandContent.HashOf(command.Change);
        if (await AppliedAsync(command.CommandId) is { } repeat)
        {
            if ((repeat.Content ?? hash) != hash) return Refused(HouseholdErrors.CommandReused);
            await TakeOverAsync(command); // the first attempt may have ended before it came to that
            return new CommandAnswer { Version = repeat.Version, Changed = true };
        }
        if (declined.Find(command.CommandId) is { } before) return before.Content == hash ? before.Answer : Refused(HouseholdErrors.CommandReused);
        var (answer, next) = await DecideAsync(command, hash);
        if (next is not null)
        {
            await CommitAsync(next);
            memory.Remember(new AppliedCommand(command.CommandId, hash, answer.Version));
            if (command.Change is SplitHousehold) await PaySplitAsync();
        }
        if (answer.Errors.Count == 0) await TakeOverAsync(command);
        // A split that stands in the way is soon out of it: whoever sends again then means it.
        if (!answer.Changed && !answer.Errors.Contains(HouseholdErrors.SplitPending)) declined.Remember(command.CommandId, hash, answer);
        return answer;
    }

    /// <summary>What the caller is answered, and the state that has to be on disk before; null when nothing changes. Few changes have anybody to ask.</summary>
    private async ValueTask<(CommandAnswer Answer, HouseholdState? Next)> DecideAsync(HouseholdCommand command, UInt128 hash)
    {
        if (command.ExpectedVersion is { } seen && seen != Version) return (Refused(HouseholdErrors.StaleVersion), null);
        if (command.Change is SplitHousehold split && await SplitObstacleAsync(split) is { } obstacle) return (Refused(obstacle), null);

        var context = world.ContextFor(Code, command.Actor) with { Predecessor = await PredecessorAsync(command.Change) };
        var decision = command.Change is RevertImport revert
            ? ImportUndo.Decide(stored.State, revert)
            : HouseholdDecision.Decide(stored.State.File, command.Change, context).As(f => new ImportUndo.Restored(f));
        if (!decision.Ok) return (new CommandAnswer { Errors = decision.Errors, Version = Version }, null);
        if (decision.Value!.File is null) await GiveBackAsync(command);
        return Decided(command, hash, decision.Value.File, context);
    }

    public async Task RecomputeAsync(DateOnly today, CancellationToken ct)
    {
        if (stored.State.OwedSplit is not null) await PaySplitAsync();
        var (vector, nextDue) = Contributed(stored.State.File, today);
        if (vector.Equals(stored.State.Contribution) && nextDue == stored.State.NextDue) return;
        await CommitAsync(stored.State with { Contribution = vector, NextDue = nextDue, VillageBefore = null });
    }

    /// <summary>Every command that changed something stands in the history, so that no repeat is too late to be recognised.</summary>
    private async ValueTask<AppliedCommand?> AppliedAsync(Guid commandId) =>
        memory.Find(commandId) ?? (memory.IsComplete ? null : await world.History.CommandAsync(Code, commandId));

    private (CommandAnswer Answer, HouseholdState? Next) Decided(HouseholdCommand command, UInt128 hash, HouseholdFile? file, DecisionContext context)
    {
        var registers = stored.State.File is null && file is not null; // then the file itself is the change
        var changes = registers ? [] : FileDiff.Between(stored.State.File, file);
        if (!registers && changes.IsEmpty) return (new CommandAnswer { Version = Version, Changed = false }, null);
        if (command.Change is ImportFile { SeenVersion: { } seen } && seen != (stored.State.File is null ? 0 : Version)) return (Refused(HouseholdErrors.StaleVersion), null);
        var version = StoredVersion + 1;
        var (vector, nextDue) = MovesFigures(file, context.Today) ? Contributed(file, context.Today) : (stored.State.Contribution, stored.State.NextDue);
        var next = stored.State with
        {
            File = file,
            Contribution = vector,
            NextDue = stored.State.OwedSplit is null ? nextDue : context.Today, // a split that is still owed stays due
            VillageBefore = stored.State.Village == file?.Household.AreaCode ? null : stored.State.Village,
            LastChange = new HouseholdChanged
            {
                Version = version,
                CommandId = command.CommandId,
                Content = hash,
                Kind = CommandContent.KindOf(command.Change),
                Actor = command.Actor,
                At = world.Now,
                ImportId = (command.Change as ImportFile)?.ImportId ?? (command.Change as HandOver)?.ImportId,
                Changes = changes,
                Registers = registers,
                Registered = registers ? file : null,
            },
            Memory = stored.State.Memory.Handed(),
        };
        if (command.Change is SplitHousehold split) next = Owing(next, split, command, context);
        return (new CommandAnswer { Version = version, Changed = true }, next);
    }

    /// <summary>
    /// Most changes leave alone all that figures look at, and no member has a birthday that counts. What replaced an equal vector would also outlive the
    /// collector's youngest generation.
    /// </summary>
    private bool MovesFigures(HouseholdFile? file, DateOnly today) =>
        stored.State is not { OwedSplit: null, File: { } before } || file is null || !Contribution.IsShared(before, file) || today >= stored.State.NextDue;

    private static (CellVector Vector, DateOnly? NextDue) Contributed(HouseholdFile? file, DateOnly today) =>
        file is null ? (CellVector.Empty, null) : Contribution.Of(file, today);

    private CommandAnswer Refused(DomainError error) => new() { Errors = [error], Version = Version };

    private async Task CommitAsync(HouseholdState next)
    {
        var before = stored.State;
        stored.State = next;
        try
        {
            await stored.WriteStateAsync();
        }
        catch
        {
            // It may have landed all the same: serve only what is on disk.
            stored.State = before;
            DeactivateOnIdle();
            throw;
        }
        next.LastChange?.Kept();
        // The store owes on the same terms: a change that no figure shows is no news to the village.
        if (next.Contribution.Equals(before.Contribution) && next.VillageBefore is null) return;
        if (next.Village is { } village) Nudge(village);
        if (next.VillageBefore is { } left) Nudge(left);
    }

    private void Nudge(string village) => grains.Village(village).NudgeAsync().Ignore();

    /// <summary>The file under the platform code that this import replaces, while it is active.</summary>
    private async Task<HouseholdFile?> PredecessorAsync(HouseholdChange change) =>
        change is ImportFile { Replaces: { } platform } && stored.State.File is null && await grains.Household(platform).GetAsync() is { File.IsActive: true } view ? view.File : null;

    /// <summary>Closes the file under the platform code. Whoever sent the import sends it again until it is answered, so nothing is owed.</summary>
    private async Task TakeOverAsync(HouseholdCommand command)
    {
        if (command.Change is not ImportFile { Replaces: { } platform } import || PlatformCode.Of(stored.State.File) != platform) return;
        await grains.Household(platform).ExecuteAsync(new HouseholdCommand
        {
            CommandId = CommandContent.Derived(command.CommandId, "hand-over"), ExpectedVersion = null, Actor = command.Actor,
            Change = new HandOver { NationalCode = Code, ImportId = import.ImportId },
        });
    }

    /// <summary>The import that is taken back had taken the household over: its file under the platform code opens again, before this one goes.</summary>
    private async Task GiveBackAsync(HouseholdCommand command)
    {
        if (command.Change is not RevertImport revert || PlatformCode.Of(stored.State.File) is not { } platform) return;
        await grains.Household(platform).ExecuteAsync(new HouseholdCommand
        {
            CommandId = CommandContent.Derived(command.CommandId, "give-back"), ExpectedVersion = null, Actor = command.Actor,
            Change = new RevertImport { ImportId = revert.ImportId },
        });
    }

    private async Task<DomainError?> SplitObstacleAsync(SplitHousehold split)
    {
        if (stored.State.OwedSplit is not null) return HouseholdErrors.SplitPending;
        if (!HouseholdKey.TryOf(split.NewHouseholdCode, out var key)) return HouseholdErrors.BadCode with { Field = "NewHouseholdCode" };
        if (key.Value.Code == Code) return HouseholdErrors.Exists;
        var other = await grains.Household(key.Value.Code).GetAsync();
        return other is null ? null : HouseholdErrors.Exists with { Field = "NewHouseholdCode" };
    }

    /// <summary>The debt stands in the same write as the members' leaving; due today, so that it is paid even if this silo dies now.</summary>
    private HouseholdState Owing(HouseholdState next, SplitHousehold split, HouseholdCommand command, DecisionContext context) => next with
    {
        OwedSplit = new OwedSplit(
            CommandContent.Derived(command.CommandId, "receive-split"), split.NewHouseholdCode,
            SplitDecision.Leave(stored.State.File!, split, context).Value!.Leaving, command.Actor),
        NextDue = context.Today,
    };

    private async Task PaySplitAsync()
    {
        if (stored.State.OwedSplit is { } owed) await SettleSplitAsync(owed, await HandSplitOverAsync(owed));
    }

    /// <summary>
    /// Before any other command. When the new household cannot be reached this one goes on and still owes: the next command, activation or tick of
    /// the due table tries again.
    /// </summary>
    private async Task TryPaySplitAsync()
    {
        if (stored.State.OwedSplit is not { } owed) return;
        CommandAnswer answer;
        try
        {
            answer = await HandSplitOverAsync(owed);
        }
        catch (Exception)
        {
            return;
        }
        await SettleSplitAsync(owed, answer);
    }

    private Task<CommandAnswer> HandSplitOverAsync(OwedSplit owed) => grains.Household(owed.NewHouseholdCode).ExecuteAsync(new HouseholdCommand
    {
        CommandId = owed.CommandId,
        ExpectedVersion = null,
        Actor = owed.Actor,
        Change = new ReceiveSplit { File = owed.File },
    });

    private async Task SettleSplitAsync(OwedSplit owed, CommandAnswer answer)
    {
        var file = answer.Errors.Count == 0 ? stored.State.File! : SplitDecision.TakeBack(stored.State.File!, owed);
        var (vector, nextDue) = Contributed(file, world.Today);
        var next = stored.State with { File = file, OwedSplit = null, Contribution = vector, NextDue = nextDue, VillageBefore = null };
        if (FileDiff.Between(stored.State.File, file) is { IsEmpty: false } changes)
        {
            next = next with
            {
                LastChange = new HouseholdChanged
                {
                    Version = StoredVersion + 1, CommandId = CommandContent.Derived(owed.CommandId, "take-back"), Kind = "split-refused",
                    Actor = Actor.System, At = world.Now, Changes = changes,
                },
            };
        }
        await CommitAsync(next);
    }
}
