using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Rollup;

public sealed partial class RegionNode
{
    private readonly Dictionary<RegionCode, Slot> _slots = [];
    private readonly List<Waiter> _waiters = [];
    private RunningVector _sum = new(CellVector.Empty);
    private int _unanswered;

    /// <summary>The region's figure as it stands: a village's rows, or the sum of its children.</summary>
    public CellVector Total => IsVillage ? _village : _sum.Value;

    /// <summary>The children's figures that <see cref="Total"/> is the sum of.</summary>
    public IEnumerable<KeyValuePair<RegionCode, CellVector>> Children => _slots.Select(s => KeyValuePair.Create(s.Key, s.Value.Vector.Value));

    /// <summary>A child's push. The answer comes later, as <see cref="RollupEffect.Answer"/> with the same token, when the province has it.</summary>
    public IReadOnlyList<RollupEffect> Accept(object token, Push push)
    {
        if (GaveWay) Refuse(token, Refusal.GaveWay);
        else if (rules.NameParentEpoch && push.ParentEpoch != Epoch)
        {
            Refuse(token, Refusal.OtherParentEpoch);
            if (push.ParentEpoch > Epoch) ReadOwnRow();
        }
        else if (SlotOf(push) is not { } slot)
        {
            Refuse(token, Refusal.NotListed);
            ReadOwnRow();
        }
        else if (push.Epoch < slot.Epoch && rules.RefuseLowerEpochs) Refuse(token, Refusal.LowerEpoch);
        else Take(token, slot, push);
        return Flush();
    }

    private Slot? SlotOf(Push push)
    {
        if (_slots.TryGetValue(push.Child, out var slot)) return slot;
        if (rules.RefuseUnlisted) return null;
        return _slots[push.Child] = new Slot { Epoch = push.Epoch, Answered = true };
    }

    private void Take(object token, Slot slot, Push push)
    {
        var repeated = push.Epoch == slot.Epoch && push.Sequence <= slot.Sequence;
        if (!repeated)
        {
            if (DeltaOf(slot, push) is not { } delta)
            {
                Refuse(token, Refusal.BaseUnknown);
                return;
            }
            Change(slot, push, delta);
        }
        if (!rules.SettleAtProvince)
        {
            _out.Add(new RollupEffect.Answer(token, new PushReply { ParentEpoch = Epoch, Path = [new PathStep(Region, Epoch)] }));
            return;
        }
        if (push.Fresh && slot.Needs <= _settled) (slot.Needs, _fresh, _wantsPush) = (_sequence + 1, true, true);
        _waiters.Add(new Waiter(token, slot.Needs));
        if (Level == RegionLevel.Province && _wantsPush) FormPush();
        AnswerWaiters();
    }

    /// <summary>Null when the base is not what the slot holds.</summary>
    private static CellVector? DeltaOf(Slot slot, Push push)
    {
        if (push.BaseSequence is not { } baseSequence) return push.Cells.Diff(slot.Vector.Value);
        return slot.Epoch == push.Epoch && slot.Sequence == baseSequence ? push.Cells : null;
    }

    private void Change(Slot slot, Push push, CellVector delta)
    {
        (slot.Epoch, slot.Sequence) = (push.Epoch, push.Sequence);
        if (!slot.Answered)
        {
            slot.Answered = true;
            _unanswered--;
        }
        else if (delta.IsEmpty) return; // the push that carries the equal vector up carries this one
        slot.Vector.Add(delta);
        slot.Needs = _sequence + 1;
        _sum.Add(delta);
        Changes++;
        Gather(delta);
        _wantsPush = true;
    }

    private void AddSlot(ChildSnapshot child)
    {
        // A vector read in the parent's own snapshot stands for an answer: what was settled before is in the rows, and what was not is
        // still a debt, which only a push to this activation (or a later one) can settle.
        var known = child.Known is not null;
        _slots.Add(child.Region, new Slot { Epoch = child.Epoch, Vector = new RunningVector(child.Known ?? CellVector.Empty), Answered = known, Needs = 1 });
        if (!known) _unanswered++;
    }

    private void AskUnanswered()
    {
        foreach (var (child, slot) in _slots)
            if (!slot.Answered) _out.Add(new RollupEffect.Ask(child, Epoch));
    }

    private void AnswerWaiters()
    {
        if (_path.IsDefault || _waiters.Count == 0) return;
        var reply = new PushReply { ParentEpoch = Epoch, Path = _path };
        foreach (var waiter in _waiters)
            if (waiter.Needs <= _settled) _out.Add(new RollupEffect.Answer(waiter.Token, reply));
        _waiters.RemoveAll(waiter => waiter.Needs <= _settled);
    }

    private void Refuse(object token, Refusal refusal) =>
        _out.Add(new RollupEffect.Answer(token, new PushReply { Refusal = refusal, ParentEpoch = Epoch }));

    /// <summary>What a child said last.</summary>
    private sealed class Slot
    {
        public long Epoch { get; set; }

        public long Sequence { get; set; }

        public RunningVector Vector { get; init; } = new(CellVector.Empty);

        public bool Answered { get; set; }

        /// <summary>The own push that first contains <see cref="Vector"/>.</summary>
        public long Needs { get; set; }
    }

    private readonly record struct Waiter(object Token, long Needs);
}
