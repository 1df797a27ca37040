using System.Collections.Immutable;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Rollup;

public sealed partial class RegionNode
{
    private readonly HashSet<long> _inFlight = [];
    private Dictionary<string, OpenDebt> _debts = [];
    private ImmutableArray<PathStep> _path;
    private CellVector _unpushed = CellVector.Empty;
    private long _parentEpoch;
    private long _sequence;
    private long _settled;
    private bool _baseIsSure;
    private bool _wantsPush;
    private bool _fresh;
    private bool _retry;
    private bool _settling;

    /// <summary>The parent has started and asks for the figure.</summary>
    public IReadOnlyList<RollupEffect> Asked(RegionCode parent, long parentEpoch)
    {
        if (GaveWay) return Flush();
        if (parent != Parent) ReadOwnRow();
        else if (parentEpoch >= _parentEpoch)
        {
            Learn(parentEpoch);
            _wantsPush = true;
        }
        return Flush();
    }

    /// <summary>The parent's answer to a push.</summary>
    public IReadOnlyList<RollupEffect> PushAnswered(long sequence, PushReply reply)
    {
        _inFlight.Remove(sequence);
        if (GaveWay) return Flush();
        if (reply.Refusal == Refusal.None) Settled(sequence, reply.Path);
        else Refused(sequence, reply);
        return Flush();
    }

    /// <summary>No answer: the call failed or timed out, and may or may not have arrived.</summary>
    public IReadOnlyList<RollupEffect> PushFailed(long sequence)
    {
        _inFlight.Remove(sequence);
        _baseIsSure = false;
        if (sequence > _settled) _retry = true;
        return Flush();
    }

    /// <summary>The transaction's answer.</summary>
    public IReadOnlyList<RollupEffect> SettlementAnswered(Settlement settlement, SettlementResult result)
    {
        _settling = false;
        if (GaveWay) return Flush();
        if (result.Failed is { } failed) PathFailed(failed);
        else
        {
            foreach (var debt in settlement.Debts)
                if (_debts.TryGetValue(debt.Subject, out var open) && open.Version <= debt.Version) _debts.Remove(debt.Subject);
        }
        TrySettle();
        return Flush();
    }

    /// <summary>The database did not answer; <see cref="Tick"/> tries again.</summary>
    public IReadOnlyList<RollupEffect> SettlementFailed()
    {
        _settling = false;
        return Flush();
    }

    /// <summary>What has changed since the last push, while the parent is likely to hold that; otherwise the next push says everything.</summary>
    private void Gather(CellVector delta)
    {
        if (_baseIsSure) _unpushed = _unpushed.Add(delta);
    }

    private void FormPush()
    {
        if (!Complete) return;
        _sequence++;
        if (Level == RegionLevel.Province)
        {
            (_wantsPush, _fresh) = (false, false);
            Settled(_sequence, []);
            return;
        }
        var cells = IsVillage ? _village.Count : _sum.CountAtMost;
        var delta = _baseIsSure && cells > deltaAboveCells && _unpushed.Count <= cells / 2 ? _unpushed : null;
        var push = new Push
        {
            Child = Region,
            Epoch = Epoch,
            Sequence = _sequence,
            ParentEpoch = _parentEpoch,
            BaseSequence = delta is null ? null : _sequence - 1,
            Cells = delta ?? Total,
            Fresh = _fresh,
        };
        (_unpushed, _wantsPush, _fresh, _baseIsSure) = (CellVector.Empty, false, false, true);
        _inFlight.Add(_sequence);
        _out.Add(new RollupEffect.SendPush(Parent!.Value, push));
    }

    private void Settled(long sequence, ImmutableArray<PathStep> above)
    {
        if (sequence <= _settled) return;
        _settled = sequence;
        _path = [new PathStep(Region, Epoch), .. above];
        AnswerWaiters();
        TrySettle();
    }

    private void Refused(long sequence, PushReply reply)
    {
        _baseIsSure = false;
        if (reply.Refusal is Refusal.LowerEpoch or Refusal.NotListed) ReadOwnRow();
        if (sequence <= _settled) return;
        if (reply.Refusal == Refusal.OtherParentEpoch && reply.ParentEpoch > _parentEpoch) Learn(reply.ParentEpoch);
        if (reply.Refusal == Refusal.BaseUnknown || (reply.Refusal == Refusal.OtherParentEpoch && reply.ParentEpoch >= _parentEpoch)) _wantsPush = true;
        else _retry = true; // not at once: the one who is wrong needs time to find out
    }

    private void Learn(long parentEpoch)
    {
        if (parentEpoch > _parentEpoch) _baseIsSure = false;
        _parentEpoch = Math.Max(_parentEpoch, parentEpoch);
    }

    private void PathFailed(RegionCode failed)
    {
        _path = default;
        if (failed == Region)
        {
            Fenced();
            return;
        }
        (_fresh, _retry) = (true, true);
        _out.Add(new RollupEffect.Nudge(failed));
    }

    private void TrySettle()
    {
        if (_settling || _path.IsDefault || GaveWay) return;
        var due = _debts.Where(d => d.Value.Needs <= _settled).Select(d => new Debt(d.Key, d.Value.Version)).ToImmutableArray();
        if (due.IsEmpty) return;
        _settling = true;
        _out.Add(new RollupEffect.Settle(new Settlement(Region, due, _path)));
    }

    private void ReplaceDebts(ImmutableArray<Debt> debts, long needs)
    {
        var before = _debts;
        _debts = new Dictionary<string, OpenDebt>(debts.Length);
        foreach (var debt in debts)
            _debts[debt.Subject] = before.TryGetValue(debt.Subject, out var known) && known.Version == debt.Version ? known : new OpenDebt(debt.Version, needs);
    }

    /// <summary>A debt that was read, and the own push that first contains it.</summary>
    private readonly record struct OpenDebt(long Version, long Needs);
}
