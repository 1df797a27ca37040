using System.Collections.Immutable;
using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Rollup;

/// <summary>One activation of one region in the roll-up: inputs in, effects out, no clock, no I/O.</summary>
/// <remarks>
/// A village's figure is the sum of its households' rows; every other region's is the sum of what its children pushed last.
/// Assumes nothing about delivery (lost, late, doubled, reordered) nor that it is the only activation of its region.
/// What holds, and why nothing is lost: a debt is deleted only through a path of activations that were all the newest of their
/// region at that moment, so every later start, which takes its epoch first and reads afterwards, reads at least what was settled.
/// This part: life and what is read. <c>.Children</c>: as a parent. <c>.Upwards</c>: as a child.
/// </remarks>
public sealed partial class RegionNode(RegionCode region, RegionLevel level, RollupRules rules, int deltaAboveCells = 128)
{
    private readonly List<RollupEffect> _out = [];
    private bool _reading;
    private bool _readingOwn;
    private bool _wantsRead;
    private CellVector _village = CellVector.Empty;

    /// <summary>Which region.</summary>
    public RegionCode Region => region;

    /// <summary>Its level.</summary>
    public RegionLevel Level => level;

    /// <summary>The epoch of this activation; 0 before it is granted.</summary>
    public long Epoch { get; private set; }

    /// <summary>The parent that came with the epoch; null for the province.</summary>
    public RegionCode? Parent { get; private set; }

    /// <summary>Everything is read that a start reads.</summary>
    public bool Started { get; private set; }

    /// <summary>This activation has ended.</summary>
    public bool GaveWay { get; private set; }

    /// <summary>Grows whenever the figure or any child's has changed; a total may be as it was when a household has gone from one child to another.</summary>
    public long Changes { get; private set; }

    /// <summary>Every child has answered: the sum may be pushed and shown.</summary>
    public bool Complete => Started && (!rules.CompleteBeforePush || _unanswered == 0);

    /// <summary><see cref="Due"/> would do something.</summary>
    public bool HasWork => Started && !GaveWay && ((_wantsRead && !_reading) || (_wantsPush && Complete));

    /// <summary><see cref="Tick"/> may do something: questions open, pushes or debts not settled.</summary>
    public bool IsUnsettled => !GaveWay && (!Complete || _retry || _wantsRead || _wantsPush || _settled < _sequence || _debts.Count > 0 || _waiters.Count > 0);

    private bool IsVillage => level == RegionLevel.Village;

    /// <summary>First input of every activation.</summary>
    public IReadOnlyList<RollupEffect> Start() => Emit(new RollupEffect.TakeEpoch());

    /// <summary>The epoch is committed. Null: the region does not exist (any more).</summary>
    public IReadOnlyList<RollupEffect> EpochTaken(EpochGrant? grant)
    {
        if (grant is null)
        {
            End();
            return Flush();
        }
        (Epoch, Parent, _parentEpoch) = (grant.Epoch, grant.Parent, grant.ParentEpoch);
        return Emit(IsVillage ? new RollupEffect.ReadVillage() : new RollupEffect.ReadChildren());
    }

    /// <summary>A village's rows and debts.</summary>
    public IReadOnlyList<RollupEffect> VillageRead(VillageSnapshot snapshot)
    {
        (_reading, var first, Started) = (false, !Started, true);
        if (snapshot.Epoch != Epoch) Fenced();
        if (GaveWay) return Flush();
        // What was read last was pushed at once.
        var delta = snapshot.Vector.Diff(_village);
        var same = !first && _sequence > 0 && delta.IsEmpty;
        _village = snapshot.Vector;
        Gather(delta);
        // A debt whose rows are already in the last push needs that push; otherwise the next one.
        ReplaceDebts(snapshot.Debts, same ? _sequence : _sequence + 1);
        if (!same) (_wantsPush, Changes) = (true, Changes + 1);
        if (_wantsPush) FormPush();
        TrySettle();
        return Flush();
    }

    /// <summary>A start's children, or those of no region at all if the epoch has moved on meanwhile.</summary>
    public IReadOnlyList<RollupEffect> ChildrenRead(ChildrenSnapshot snapshot)
    {
        Started = true;
        if (snapshot.Epoch != Epoch) Fenced();
        if (GaveWay) return Flush();
        foreach (var child in snapshot.Children) AddSlot(child);
        Changes++;
        _sum = new RunningVector(CellVector.Sum(snapshot.Children.Select(c => c.Known ?? CellVector.Empty)));
        ReplaceDebts(snapshot.Debts, 1);
        _wantsPush = true;
        AskUnanswered();
        return Flush();
    }

    /// <summary>The database did not answer: the read stays wanted.</summary>
    public IReadOnlyList<RollupEffect> ReadFailed()
    {
        (_reading, _wantsRead) = (false, true);
        return Flush();
    }

    /// <summary>The own epoch row and debts; ends the activation when a newer one exists.</summary>
    public IReadOnlyList<RollupEffect> OwnRead(OwnSnapshot own)
    {
        _readingOwn = false;
        if (own.Epoch != Epoch) Fenced();
        if (GaveWay || !Started) return Flush();
        if (!IsVillage && own.Debts.Length > 0)
        {
            ReplaceDebts(own.Debts, Math.Max(1, _sequence));
            if (_path.IsDefault) _wantsPush = true;
            TrySettle();
        }
        return Flush();
    }

    /// <summary>The database did not answer.</summary>
    public IReadOnlyList<RollupEffect> OwnReadFailed()
    {
        _readingOwn = false;
        return Flush();
    }

    /// <summary>Something is owed to this region; the nudge does not say what (rule 4).</summary>
    public IReadOnlyList<RollupEffect> Nudged()
    {
        if (GaveWay) return Flush();
        if (IsVillage) _wantsRead = true;
        else ReadOwnRow();
        return Flush();
    }

    /// <summary>The gathering time is over: read or push what is wanted.</summary>
    public IReadOnlyList<RollupEffect> Due()
    {
        if (!Started || GaveWay || _reading) return Flush();
        if (_wantsRead)
        {
            (_wantsRead, _reading) = (false, true);
            return Emit(new RollupEffect.ReadVillage());
        }
        if (_wantsPush) FormPush();
        return Flush();
    }

    /// <summary>Repeats what has had no answer: questions to children, pushes, deletions.</summary>
    public IReadOnlyList<RollupEffect> Tick()
    {
        if (!Started || GaveWay) return Flush();
        if (!Complete) AskUnanswered();
        // Whoever gets nowhere may be the one who is no longer current, or whose parent is gone.
        if (!Complete || _retry) ReadOwnRow();
        if (_retry || (_inFlight.Count == 0 && (_settled < _sequence || _waiters.Count > 0))) _wantsPush = true;
        _retry = false;
        TrySettle();
        return Flush();
    }

    private void ReadOwnRow()
    {
        if (_readingOwn) return;
        _readingOwn = true;
        _out.Add(new RollupEffect.ReadOwn());
    }

    private void Fenced()
    {
        if (rules.GiveWayWhenFenced) End();
        else _retry = true;
    }

    private void End()
    {
        if (GaveWay) return;
        GaveWay = true;
        foreach (var waiter in _waiters) Refuse(waiter.Token, Refusal.GaveWay);
        _waiters.Clear();
        _out.Add(new RollupEffect.GiveWay());
    }

    private IReadOnlyList<RollupEffect> Emit(RollupEffect effect)
    {
        _out.Add(effect);
        return Flush();
    }

    private RollupEffect[] Flush()
    {
        if (_out.Count == 0) return [];
        var effects = _out.ToArray();
        _out.Clear();
        return effects;
    }
}
