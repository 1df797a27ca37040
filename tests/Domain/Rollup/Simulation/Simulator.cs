using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;

namespace FangFanPin.Tests.Domain.Rollup.Simulation;

internal enum MailKind
{
    TakeEpoch,
    Read,
    ReadOwn,
    Settle,
    Result,
    Ask,
    Nudge,
    Push,
    Answer,
}

/// <summary>Something under way. <see cref="Deliver"/> gets the activation that the directory (or a test) picked for <see cref="To"/>.</summary>
internal sealed record Mail(MailKind Kind, RegionCode To, Activation? From, Action<Activation> Deliver, Action? Lose = null)
{
    /// <summary>Statements and their results belong to one activation and are neither lost nor repeated; the activation may die.</summary>
    public Activation? Only { get; init; }

    public bool IsMessage => Only is null;
}

/// <summary>One activation, possibly one of several of its region.</summary>
internal sealed class Activation(RegionNode node)
{
    public RegionNode Node { get; } = node;

    public bool Alive { get; set; } = true;

    public List<Mail> Backlog { get; } = [];

    /// <summary>Calls that this activation has not answered: they fail when it dies.</summary>
    public List<Call> Calls { get; } = [];

    /// <summary>Only with rule 4 off: what the messages said about each household.</summary>
    public Dictionary<string, (long Version, HouseholdRow? Row, int Class)>? Memory { get; set; }
}

/// <summary>An awaited push.</summary>
internal sealed class Call(Activation caller, long sequence)
{
    public Activation Caller => caller;

    public long Sequence => sequence;

    public bool Over { get; set; }
}

/// <summary>Activations, mail between them and statements to the world, all under the control of whoever delivers.</summary>
internal sealed class Simulator(World world)
{
    public World World => world;

    public List<Mail> Mail { get; } = [];

    public Dictionary<RegionCode, List<Activation>> Activations { get; } = [];

    public Activation Activate(RegionCode region)
    {
        var activation = new Activation(new RegionNode(region, world.Regions[region].Level, world.Rules.Node, deltaAboveCells: 3));
        if (!Activations.TryGetValue(region, out var list)) Activations[region] = list = [];
        list.Add(activation);
        Run(activation, activation.Node.Start());
        return activation;
    }

    public List<Activation> Of(RegionCode region) => Activations.TryGetValue(region, out var list) ? list : [];

    public void Kill(Activation activation)
    {
        if (!activation.Alive) return;
        activation.Alive = false;
        Activations[activation.Node.Region].Remove(activation);
        foreach (var call in activation.Calls) Fail(call);
        foreach (var mail in activation.Backlog)
        {
            if (world.Regions[activation.Node.Region].Live) Mail.Add(mail); // goes to the next activation
            else mail.Lose?.Invoke(); // there is no next one
        }
        activation.Backlog.Clear();
    }

    /// <summary>Hands mail to an activation; one that has not started yet keeps it.</summary>
    public void Hand(Mail mail, Activation to)
    {
        if (!to.Alive) return;
        if (mail.IsMessage && !to.Node.Started) to.Backlog.Add(mail);
        else mail.Deliver(to);
    }

    public void Nudge(RegionCode region, HouseholdRow? about = null)
    {
        if (world.Rules.NudgeWithoutContent || about is null) Mail.Add(new Mail(MailKind.Nudge, region, null, to => Run(to, to.Node.Nudged())));
        else
        {
            var (version, @class, row) = (about.Version, about.Class, about.Village == region ? about : null);
            Mail.Add(new Mail(MailKind.Nudge, region, null, to => Remember(to, about.Code, version, row, @class)));
        }
    }

    public void Due(Activation activation) => Run(activation, activation.Node.Due());

    public void Tick(Activation activation) => Run(activation, activation.Node.Tick());

    public void Run(Activation self, IReadOnlyList<RollupEffect> effects)
    {
        foreach (var effect in effects) Run(self, effect);
        if (self.Alive && self.Node.Started && self.Backlog.Count > 0)
        {
            var backlog = self.Backlog.ToList();
            self.Backlog.Clear();
            foreach (var mail in backlog) Hand(mail, self);
        }
    }

    private void Run(Activation self, RollupEffect effect)
    {
        var (node, region) = (self.Node, self.Node.Region);
        switch (effect)
        {
            case RollupEffect.TakeEpoch:
                var early = world.Rules.EpochBeforeRead ? null : ReadForStart(node);
                Statement(self, MailKind.TakeEpoch, () => world.TakeEpoch(region), grant => Granted(self, grant, early));
                break;
            case RollupEffect.ReadVillage:
                ReadVillage(self);
                break;
            case RollupEffect.ReadChildren:
                Statement(self, MailKind.Read, () => world.ReadChildren(region), node.ChildrenRead);
                break;
            case RollupEffect.ReadOwn:
                Statement(self, MailKind.ReadOwn, () => world.ReadOwn(region), node.OwnRead);
                break;
            case RollupEffect.Settle(var settlement):
                Statement(self, MailKind.Settle, () => world.Settle(settlement), result => node.SettlementAnswered(settlement, result));
                break;
            case RollupEffect.Ask(var child, var epoch):
                Mail.Add(new Mail(MailKind.Ask, child, self, to => Run(to, to.Node.Asked(region, epoch))));
                break;
            case RollupEffect.Nudge(var other):
                Nudge(other);
                break;
            case RollupEffect.SendPush(var parent, var push):
                Send(self, parent, push);
                break;
            case RollupEffect.Answer(var token, var reply):
                Reply(self, (Call)token, reply);
                break;
            case RollupEffect.GiveWay:
                Kill(self);
                break;
        }
    }

    private void Send(Activation self, RegionCode parent, Push push)
    {
        var call = new Call(self, push.Sequence);
        Mail.Add(new Mail(MailKind.Push, parent, self, to =>
        {
            to.Calls.Add(call);
            Run(to, to.Node.Accept(call, push));
        }, () => Fail(call)));
    }

    private void Reply(Activation self, Call call, PushReply reply)
    {
        self.Calls.Remove(call);
        if (call.Over) return;
        Mail.Add(new Mail(MailKind.Answer, call.Caller.Node.Region, self, _ =>
        {
            if (call.Over) return;
            call.Over = true;
            if (call.Caller.Alive) Run(call.Caller, call.Caller.Node.PushAnswered(call.Sequence, reply));
        }, () => Fail(call)));
    }

    /// <summary>The caller hears of a timeout; a late answer finds nobody.</summary>
    public void Fail(Call call)
    {
        if (call.Over) return;
        call.Over = true;
        if (call.Caller.Alive) Run(call.Caller, call.Caller.Node.PushFailed(call.Sequence));
    }

    /// <summary>The statement runs when delivered, its result arrives when that is delivered.</summary>
    private void Statement<T>(Activation self, MailKind kind, Func<T> execute, Func<T, IReadOnlyList<RollupEffect>> answer)
    {
        Mail.Add(new Mail(kind, self.Node.Region, self, _ =>
        {
            var result = execute();
            Mail.Add(new Mail(MailKind.Result, self.Node.Region, self, _ => Run(self, answer(result))) { Only = self });
        }) { Only = self });
    }

    private IReadOnlyList<RollupEffect> Granted(Activation self, EpochGrant? grant, object? early)
    {
        var effects = self.Node.EpochTaken(grant);
        return early switch
        {
            VillageSnapshot village => self.Node.VillageRead(village with { Epoch = self.Node.Epoch }),
            ChildrenSnapshot children => self.Node.ChildrenRead(children with { Epoch = self.Node.Epoch }),
            _ => effects,
        };
    }

    private object? ReadForStart(RegionNode node) =>
        node.Level == RegionLevel.Village ? world.ReadVillage(node.Region) : world.ReadChildren(node.Region);

    private void ReadVillage(Activation self)
    {
        var (node, region) = (self.Node, self.Node.Region);
        if (!world.Rules.NudgeWithoutContent) Statement(self, MailKind.Read, () => ReadFromMemory(self), node.VillageRead);
        else if (!world.Rules.FenceOwnEpoch) Statement(self, MailKind.Read, () => world.ReadVillage(region) with { Epoch = node.Epoch }, node.VillageRead);
        else if (world.Rules.OneSnapshot) Statement(self, MailKind.Read, () => world.ReadVillage(region), node.VillageRead);
        else
        {
            Statement(self, MailKind.Read, () => world.ReadVillage(region), rows =>
            {
                Statement(self, MailKind.Read, () => world.DebtsOf(region), debts => node.VillageRead(rows with { Debts = debts }));
                return [];
            });
        }
    }

    private void Remember(Activation to, string household, long version, HouseholdRow? row, int @class)
    {
        to.Memory ??= [];
        if (!to.Memory.TryGetValue(household, out var known) || known.Version < version) to.Memory[household] = (version, row, @class);
        Run(to, to.Node.Nudged());
    }

    private VillageSnapshot ReadFromMemory(Activation self)
    {
        var region = self.Node.Region;
        if (self.Memory is null || !self.Node.Started)
        {
            self.Memory = world.Households.Where(h => h.Village == region).ToDictionary(h => h.Code, h => (h.Version, (HouseholdRow?)h, h.Class));
        }
        var sum = new CellVector.Builder();
        foreach (var (version, row, @class) in self.Memory.Values)
            if (row is not null) sum.Add(World.CellOf(row), version).Add(Cell.Of(World.CountMeasure, 1, @class));
        return new VillageSnapshot(world.Regions[region].Epoch, sum.Build(), world.DebtsOf(region));
    }
}
