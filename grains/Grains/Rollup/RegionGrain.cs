using FangFanPin.Contracts;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FangFanPin.Grains.Rollup;

/// <summary>Drives one <see cref="RegionNode"/>: calls become inputs, effects become database requests and calls. Decides nothing itself.</summary>
/// <remarks>
/// Every method interleaves: the node changes only between awaits, so each input meets a whole state. Awaited calls go up only; questions
/// and nudges are one-way. Activation touches the database alone; what else the start wants done waits for the first timer.
/// </remarks>
[GrainType("region")]
public sealed partial class RegionGrain(
    IRollupStore store, IRegions regions, TimeProvider clock, IGrainFactory grains, IOptions<RollupOptions> options,
    RollupMetrics metrics, SiloLeaving silo, ILogger<RegionGrain> log) : DatabaseGrain, IRegionGrain
{
    private readonly HashSet<TaskCompletionSource<PushReply>> unanswered = [];
    private RegionNode node = null!;
    private IGrainTimer? gathering;
    private IGrainTimer? repeating;
    private Task? looking;
    private long trustedSince;
    private DateTimeOffset trustedAsOf;

    public override async Task OnActivateAsync(CancellationToken ct)
    {
        var key = RegionKey.Parse(this.GetPrimaryKeyString());
        node = new RegionNode(key.Code, key.Level, RollupRules.All);
        if (key.Level <= RegionLevel.Town) DelayDeactivation(options.Value.KeepParents);
        node.Start();
        var wanted = node.EpochTaken(await store.TakeEpochAsync(key.Code, ct));
        if (node.GaveWay)
        {
            DeactivateOnIdle();
            return;
        }
        wanted = key.Level == RegionLevel.Village
            ? node.VillageRead(await store.ReadVillageAsync(key.Code, ct))
            : node.ChildrenRead(await store.ReadChildrenAsync(key.Code, key.Level, ct));
        this.RegisterGrainTimer(
            () => { Do(wanted); return Task.CompletedTask; },
            new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { Interleave = true });
    }

    public Task NudgeAsync()
    {
        Do(node.Nudged());
        return Task.CompletedTask;
    }

    public Task AskAsync(RegionQuestion question)
    {
        Do(node.Asked(question.Parent, question.ParentEpoch));
        return Task.CompletedTask;
    }

    public async Task<PushAnswer> AcceptAsync(PushMessage message)
    {
        var answer = new TaskCompletionSource<PushReply>();
        unanswered.Add(answer);
        Do(node.Accept(answer, message.Push));
        using var leaving = silo.Token.UnsafeRegister(_ => answer.TrySetResult(ComeBack(Refusal.GaveWay)), null);
        await ((Task)answer.Task).WaitAsync(options.Value.PushWait, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        answer.TrySetResult(ComeBack(Refusal.NotYet));
        unanswered.Remove(answer);
        return new PushAnswer { Reply = await answer.Task };
    }

    public async Task<FigureStamp> GetStampAsync() => Stamp(await LookAsync());

    public async Task<RegionFigures> GetFiguresAsync()
    {
        var stamp = Stamp(await LookAsync());
        if (!stamp.Complete) return new RegionFigures { Stamp = stamp, Total = CellVector.Empty };
        return new RegionFigures
        {
            Stamp = stamp,
            Total = node.Total,
            Children = [.. node.Children.OrderBy(c => c.Key).Select(c => new ChildFigure { Region = c.Key, Vector = c.Value })],
        };
    }

    /// <summary>What is owed, read before the figure, or asOf would promise too much; and now and then whether this is still the activation that counts.</summary>
    private async Task<OpenDebts> LookAsync()
    {
        var debts = await store.OpenDebtsAsync(CancellationToken.None);
        if (clock.GetElapsedTime(trustedSince) <= options.Value.TrustEpoch || node.GaveWay) return debts;
        if (looking is null or { IsCompleted: true }) looking = LookAtEpochAsync(debts.At);
        await looking;
        return debts;
    }

    private async Task LookAtEpochAsync(DateTimeOffset moment)
    {
        var begun = clock.GetTimestamp();
        Do(node.OwnRead(await store.ReadOwnAsync(node.Region, CancellationToken.None)));
        (trustedSince, trustedAsOf) = (begun, moment);
    }

    private FigureStamp Stamp(OpenDebts debts)
    {
        var complete = node.Complete && !node.GaveWay;
        var today = ChinaTime.DayOf(clock.GetUtcNow());
        return new FigureStamp
        {
            Complete = complete,
            Epoch = node.Epoch,
            Change = node.Changes,
            AsOf = debts.AsOf(node.Region) is var asOf && asOf < trustedAsOf ? asOf : trustedAsOf,
            Day = debts.WorkedOffTo is { } day && day < today ? day : today,
        };
    }

    private void Do(IReadOnlyList<RollupEffect> effects)
    {
        foreach (var effect in effects)
        {
            if (effect is RollupEffect.Answer answer) Answer((TaskCompletionSource<PushReply>)answer.Token, answer.Reply);
            else if (effect is RollupEffect.GiveWay) GiveWay();
            else _ = DoAsync(effect);
        }
        SetTimers();
    }

    private void Answer(TaskCompletionSource<PushReply> waiting, PushReply reply)
    {
        unanswered.Remove(waiting);
        if (reply.Refusal != Refusal.None) metrics.Refused(reply.Refusal);
        waiting.TrySetResult(reply);
    }

    /// <summary>Whoever took a newer epoch may be dead: the nudge starts one that lives.</summary>
    private void GiveWay()
    {
        End();
        grains.GetGrain<IRegionGrain>(this.GetPrimaryKeyString()).NudgeAsync().Ignore();
    }

    /// <summary>A new start reads everything again; who waits for an answer is told to come back.</summary>
    private void Break()
    {
        foreach (var waiting in unanswered.ToList()) Answer(waiting, ComeBack(Refusal.GaveWay));
        End();
    }

    private void End()
    {
        try
        {
            DeactivateOnIdle();
        }
        catch (InvalidOperationException)
        {
            // What ran beside the turns came back after the activation had ended.
        }
    }

    private PushReply ComeBack(Refusal why) => new() { Refusal = why, ParentEpoch = node.Epoch };

    /// <summary>Runs beside other turns of this activation; whatever it finds goes in as the next input.</summary>
    private async Task DoAsync(RollupEffect effect)
    {
        try
        {
            switch (effect)
            {
                case RollupEffect.ReadVillage:
                    Do(await Read(() => store.ReadVillageAsync(node.Region, default), node.VillageRead, node.ReadFailed));
                    break;
                case RollupEffect.ReadOwn:
                    Do(await Read(() => store.ReadOwnAsync(node.Region, default), node.OwnRead, node.OwnReadFailed));
                    break;
                case RollupEffect.Settle settle:
                    Do(await Read(() => store.SettleAsync(settle.Settlement, default), r => node.SettlementAnswered(settle.Settlement, r), node.SettlementFailed));
                    break;
                case RollupEffect.SendPush send:
                    Do(await Read(() => PushAsync(send), a => node.PushAnswered(send.Push.Sequence, a.Reply), () => node.PushFailed(send.Push.Sequence)));
                    break;
                case RollupEffect.Ask ask:
                    await (await FindAsync(ask.Child)).AskAsync(new RegionQuestion { Parent = node.Region, ParentEpoch = ask.Epoch });
                    break;
                case RollupEffect.Nudge nudge:
                    await (await FindAsync(nudge.Region)).NudgeAsync();
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"{effect} is no effect of a running node.");
            }
        }
        catch (RegionGoneException)
        {
            // Asked or nudged a region that has ended since: nobody is there to answer.
        }
        catch (Exception fault)
        {
            LogBroken(fault, this.GetPrimaryKeyString());
            Break();
        }
    }

    private async Task<IReadOnlyList<RollupEffect>> Read<TAnswer>(
        Func<Task<TAnswer>> ask, Func<TAnswer, IReadOnlyList<RollupEffect>> answered, Func<IReadOnlyList<RollupEffect>> failed)
    {
        TAnswer answer;
        try
        {
            answer = await ask();
        }
        catch (Exception fault)
        {
            // Whoever is called may be starting, with everybody else who starts; that is no fault whose place in the code anybody looks for.
            if (fault is TimeoutException) LogLate(this.GetPrimaryKeyString());
            else LogUnanswered(fault, this.GetPrimaryKeyString());
            return failed(); // repeated by Tick
        }
        return answered(answer);
    }

    private async Task<PushAnswer> PushAsync(RollupEffect.SendPush send)
    {
        var begun = clock.GetTimestamp();
        var answer = await (await FindAsync(send.Parent)).AcceptAsync(new PushMessage { Push = send.Push });
        if (answer.Reply.Refusal == Refusal.None) metrics.Pushed(node.Level, clock.GetElapsedTime(begun));
        return answer;
    }

    /// <summary>A region by its code; its level is the tree's, since a child may skip one.</summary>
    private async Task<IRegionGrain> FindAsync(RegionCode code)
    {
        if (regions.Tree.Find(code) is null) await regions.RefreshAsync(default);
        var region = regions.Tree.Find(code) ?? throw new RegionGoneException(code);
        return grains.Region(region);
    }

    private void SetTimers()
    {
        if (node.GaveWay) return;
        if (node.HasWork) gathering ??= Timer(options.Value.GatherOf(node.Level), Gathered);
        if (node.IsUnsettled) repeating ??= Timer(options.Value.Repeat, Repeated);
    }

    private void Gathered()
    {
        gathering?.Dispose();
        gathering = null;
        Do(node.Due());
    }

    private void Repeated()
    {
        repeating?.Dispose();
        repeating = null;
        Do(node.Tick());
    }

    private IGrainTimer Timer(TimeSpan due, Action act) => this.RegisterGrainTimer(
        () => { act(); return Task.CompletedTask; },
        new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { Interleave = true });

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Region}: a call or the database did not answer.")]
    private partial void LogUnanswered(Exception fault, string region);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Region}: a call was not answered in time; it is repeated.")]
    private partial void LogLate(string region);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Region}: the roll-up state machine failed; the activation ends.")]
    private partial void LogBroken(Exception fault, string region);
}

/// <summary>The tree has no such region any more. Never leaves the activation.</summary>
internal sealed class RegionGoneException(RegionCode code) : Exception($"{code} is no region of today.");
