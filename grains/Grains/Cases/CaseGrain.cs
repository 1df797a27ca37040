using System.Collections.Immutable;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Contracts.Storage;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace FangFanPin.Grains.Cases;

/// <summary>
/// Loads, asks <see cref="CaseDecision"/>, commits. What the household must get is owed in the same write, paid at once, and paid again on
/// activation and by the due shards until the household has it.
/// </summary>
[GrainType("case")]
public sealed partial class CaseGrain(
    [PersistentState(StateNames.Case, StorageNames.Records)] IPersistentState<CaseState> stored,
    CaseWorld world,
    ILogger<CaseGrain> log) : DatabaseGrain, ICaseGrain
{
    private string Id => CaseKey.Parse(this.GetPrimaryKeyString()).Id;

    /// <summary>The version that people see: that of the newest change. The store's own also counts debts paid.</summary>
    private long Version => stored.State.Last?.Version ?? 0;

    private long StoredVersion => stored.Etag is { } etag ? long.Parse(etag, null) : 0;

    public override Task OnActivateAsync(CancellationToken ct)
    {
        if (stored.State.File is { Owes: true }) PaySoon();
        return Task.CompletedTask;
    }

    public Task<CaseView?> GetAsync(CancellationToken ct) => Task.FromResult(stored.State is { File: { } file, Last: { } last }
        ? new CaseView { Version = Version, File = file, ChangedAt = last.At }
        : null);

    public async Task<CaseAnswer> ExecuteAsync(CaseCommand command, CancellationToken ct)
    {
        // To somebody outside its area a case is not even at a version.
        if (stored.State.File is { } file && !world.Covers(command.Actor, file.Village)) return new CaseAnswer { Errors = [CaseErrors.OutsideArea] };
        var hash = CaseContent.HashOf(command.Change);
        if (stored.State.Applied.FirstOrDefault(a => a.CommandId == command.CommandId) is { } repeat)
            return repeat.Content == hash ? Answer() with { Version = repeat.Version } : Refused(CaseErrors.CommandReused);
        // Whoever names a version is safe from late copies of the own command: the version has passed. The others are remembered.
        if (command.ExpectedVersion is null && await EarlierAsync(command, hash) is { } earlier) return earlier;
        if (command.ExpectedVersion is { } seen && seen != Version)
            return await RefuseAsync(command, hash, Refused(Version == 0 ? CaseErrors.NotFound : CaseErrors.StaleVersion));
        var answer = await DecideAsync(command, hash, ct);
        return answer.Errors.Count > 0 && command.ExpectedVersion is null ? await RefuseAsync(command, hash, answer) : answer;
    }

    private async Task<CaseAnswer> DecideAsync(CaseCommand command, string hash, CancellationToken ct)
    {
        await FollowAsync();
        var household = CaseContent.NeedsHousehold(command.Change)
            ? await world.HouseholdAsync(CaseContent.HouseholdOf(command.Change) ?? stored.State.File?.HouseholdCode)
            : null;
        var context = await world.ContextForAsync(Id, command.Actor, VillageOf(command.Change, household), household, ct);
        var decision = CaseDecision.Decide(stored.State.File, command.Change, context);
        if (!decision.Ok) return Answer() with { Errors = decision.Errors };
        if (CaseContent.TakesSubject(command.Change) && await OtherAsync(decision.Value!.File) is { } other)
            return command.Change is CloseWarning close ? await JoinAsync(close, command, hash, context, other) : other;
        return await ApplyAsync(decision.Value!, command, hash, context);
    }

    /// <summary>A second clue: the open procedure gets it first, under an id of its own, and then the warning is over. Sent again, both are done again without effect.</summary>
    private async Task<CaseAnswer> JoinAsync(CloseWarning close, CaseCommand command, string hash, CaseContext context, CaseAnswer other)
    {
        var file = stored.State.File!;
        var clue = new AttachClue { RiskSource = file.RiskSource, FoundOn = file.ClueFoundOn, Text = $"部门预警:{close.Opinion}" };
        var attached = await world.ChangeAsync(other.OpenCase!, CommandContent.Derived(command.CommandId, "join"), command.Actor, clue);
        if (attached.Errors.Count > 0) return other;
        var decision = CaseDecision.Decide(file, close, context with { Joined = other.OpenCase });
        return decision.Ok ? await ApplyAsync(decision.Value!, command, hash, context) : Answer() with { Errors = decision.Errors };
    }

    /// <summary>What was answered before: applied longer ago than the state remembers, or refused so lately that this may be a copy of the same message.</summary>
    private async Task<CaseAnswer?> EarlierAsync(CaseCommand command, string hash)
    {
        if (command.Actor.Party == CaseParty.System && stored.State.Applied.Length < CaseState.AppliedMax) return null;
        if (stored.State.Applied.Length == CaseState.AppliedMax && await world.Refusals.AppliedAsync(Id, command.CommandId) is { } version) return Answer() with { Version = version };
        return await world.Refusals.FindAsync(Id, command.CommandId, hash, world.Now - CaseRefusal.Remembered) is { } refused
            ? Answer() with { Errors = refused.Errors, OpenCase = refused.OpenCase }
            : null;
    }

    private async Task<CaseAnswer> RefuseAsync(CaseCommand command, string hash, CaseAnswer answer)
    {
        if (command.Actor.Party == CaseParty.System) return answer;
        var level = command.Actor.Party == CaseParty.Officer ? world.LevelOf(command.Actor.Actor.Region) : null;
        await world.Refusals.KeepAsync(new CaseRefusal(
            Id, command.CommandId, hash, world.Now, command.Actor.Actor, level, CaseDecision.ActionOf(command.Change), command.ExpectedVersion, Version, answer.OpenCase, answer.Errors));
        return answer;
    }

    public async Task LookAfterAsync()
    {
        if (stored.State.File is null) return;
        await PayAsync();
        await FollowAsync();
        if (stored.State.File is { IsOpen: true, HouseholdCode: { } code } && await world.HouseholdAsync(code) is { } household) await AlignAsync(household);
        if (stored.State.File is not { IsOpen: true } file || CaseClock.CheckAt(file) > world.Now) return;
        await BySystemAsync(new Tick());
    }

    private string? VillageOf(CaseChange change, HouseholdFacts? household) => change switch
    {
        Declare declare => declare.Village,
        ReceiveWarning receive => receive.Village,
        _ => stored.State.File?.Village ?? household?.Village,
    };

    private async Task<CaseAnswer> ApplyAsync(CaseMove move, CaseCommand command, string hash, CaseContext context)
    {
        var before = stored.State.File;
        var version = StoredVersion + 1;
        var transition = new CaseTransition
        {
            Version = version,
            CommandId = command.CommandId,
            Action = move.Action,
            From = before?.Step,
            To = move.File.Step,
            Actor = command.Actor.Actor,
            Party = command.Actor.Party,
            ActorLevel = context.ActorLevel,
            At = context.Now,
            Opinion = command.Change.Opinion ?? move.Remark,
            Attachments = command.Change.Attachments.IsDefault ? [] : command.Change.Attachments,
            DueOn = before?.DueOn,
            Since = before?.StepSince,
            Late = move.Late,
            Details = move.Details,
        };
        if (before is null && command.Change is Declare declare) transition = transition with { Attachments = declare.Declaration.Attachments };
        var next = stored.State with { File = move.File, Last = transition, Applied = Remembered(new AppliedChange(command.CommandId, hash, version)) };
        try
        {
            await CommitAsync(next);
        }
        catch (StoreRefusedException) when (CaseContent.TakesSubject(command.Change))
        {
            // Somebody opened another one between the question and the write: the unique index decided.
            if (await OtherAsync(move.File) is { } other) return other;
            throw;
        }
        await PayOrRetryAsync();
        return Answer();
    }

    private async Task<CaseAnswer?> OtherAsync(CaseFile file) =>
        file.IsOpen && await world.Lookups.OpenOfSameSubjectAsync(file) is { } other ? Refused(CaseErrors.AlreadyOpen) with { OpenCase = other } : null;

    private ImmutableArray<AppliedChange> Remembered(AppliedChange applied)
    {
        var all = stored.State.Applied.Add(applied);
        return all.Length > CaseState.AppliedMax ? all.RemoveAt(0) : all;
    }

    private CaseAnswer Answer() => new() { Version = Version, Step = stored.State.File?.Step };

    private CaseAnswer Refused(DomainError error) => Answer() with { Errors = [error] };

    /// <summary>The system acts by the same decisions; what they refuse now needs no doing.</summary>
    private async Task BySystemAsync(CaseChange change)
    {
        var command = new CaseCommand { CommandId = Guid.NewGuid(), Actor = CaseActor.System, Change = change };
        var context = await world.ContextForAsync(Id, CaseActor.System, stored.State.File!.Village, null, CancellationToken.None);
        var decision = CaseDecision.Decide(stored.State.File, change, context);
        if (decision.Ok) await ApplyAsync(decision.Value!, command, "", context);
        else LogRefused(Id, CaseDecision.ActionOf(change), decision.Error!.Code);
    }

    /// <summary>A village that has ended cannot handle anything: the case goes where its household went.</summary>
    private async Task FollowAsync()
    {
        if (stored.State.File is not { IsOpen: true } file || world.IsVillage(file.Village)) return;
        if (await world.PlaceOfAsync(file) is { } village) await BySystemAsync(new Relocate { Village = village });
        else LogHomeless(Id, file.Village);
    }

    /// <summary>What the register says by now: the family moved, or the national system has what was decided.</summary>
    private async Task AlignAsync(HouseholdFacts household)
    {
        if (household is { Active: false, Successor: { } code })
        {
            await BySystemAsync(new FollowCode { HouseholdCode = code });
            if (await world.HouseholdAsync(code) is not { } successor || stored.State.File!.HouseholdCode != code) return;
            household = successor;
        }
        if (stored.State.File is { Plan: { RiskGone: false } plan } && !(household.Active && household.IsMonitoredIn(plan)))
            await BySystemAsync(new MeasuresOver { Reason = household.Active ? "风险已消除或识别已撤销" : "该户已注销" });
        if (!stored.State.File!.IsOpen) return;
        if (household.Village is { } village && village != stored.State.File!.Village && world.IsVillage(village)) await BySystemAsync(new Relocate { Village = village });
        // An elimination is about an episode that the national system has known long since: only the synchronisation can tell.
        if (stored.State.File is { Step: CaseSteps.Booked, Kind: CaseKinds.Recognition } && household.InNationalSystem) await BySystemAsync(new ConfirmNational { NationalHouseholdCode = household.Code });
    }

    private async Task PayOrRetryAsync()
    {
        try
        {
            await PayAsync();
        }
        catch (Exception fault) when (fault is not InconsistentStateException)
        {
            LogUnpaid(fault, Id); // the case stands; its debt is paid later
            PaySoon();
        }
    }

    private void PaySoon() => this.RegisterGrainTimer(_ => PayOrRetryAsync(), new GrainTimerCreationOptions(TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan));

    private async Task PayAsync()
    {
        while (stored.State.File is { Owed: [var owed, ..] })
        {
            var answer = await world.SendAsync(owed);
            if (answer.Errors.Count > 0 && !IsDone(owed, answer.Errors[0]))
            {
                LogBookingRefused(Id, owed.Purpose, answer.Errors[0].Code);
                await BySystemAsync(new BookingRefused { Code = answer.Errors[0].Code, Opinion = answer.Errors[0].Message });
                if (stored.State.File.Owed is [var first, ..] && first.CommandId == owed.CommandId) return; // still owed, to be tried again later
                continue;
            }
            var file = stored.State.File!;
            await CommitAsync(stored.State with { File = file with { Owed = file.Owed.RemoveAt(0) } });
        }
        while (stored.State.File is { OwedCases: [var next, ..] } owing)
        {
            var answer = await world.SendAsync(next, owing.HouseholdCode);
            if (answer.Errors.Count > 0) LogNotNeeded(Id, CaseDecision.ActionOf(next.Change), next.Case, answer.Errors[0].Code);
            await CommitAsync(stored.State with { File = owing with { OwedCases = owing.OwedCases.RemoveAt(0) } });
        }
    }

    /// <summary>Refusals that mean the household already is as it should be, or that a lock has nothing left to hold.</summary>
    private static bool IsDone(OwedCommand owed, DomainError error) => owed.Purpose switch
    {
        OwedPurposes.Lock or OwedPurposes.Unlock => true,
        OwedPurposes.Register => false, // somebody else's: the same command again is no refusal
        OwedPurposes.DecideMeasures => error.Code == HouseholdErrors.MeasureExists.Code,
        OwedPurposes.StartMeasure or OwedPurposes.EndMeasure => error.Code == HouseholdErrors.MeasureEnded.Code,
        OwedPurposes.Identify => error.Code == HouseholdErrors.EpisodeExists.Code,
        _ => error.Code == HouseholdErrors.EpisodeClosed.Code,
    };

    private async Task CommitAsync(CaseState next)
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
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Case {Id}: its household has not been told yet; it is told again")]
    private partial void LogUnpaid(Exception fault, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Case {Id}: the household refused {Purpose} with {Code}")]
    private partial void LogBookingRefused(string id, string purpose, string code);

    [LoggerMessage(Level = LogLevel.Information, Message = "Case {Id}: {Action} of case {Other} was refused with {Code}; nothing is left to do")]
    private partial void LogNotNeeded(string id, string action, string other, string code);

    [LoggerMessage(Level = LogLevel.Information, Message = "Case {Id}: {Action} by the system was refused with {Code}")]
    private partial void LogRefused(string id, string action, string code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Case {Id}: village {Village} has ended and has no successor")]
    private partial void LogHomeless(string id, string village);
}
