using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Rollup;

/// <summary>What a <see cref="RegionNode"/> wants done; whoever drives it answers with the input named.</summary>
public abstract record RollupEffect
{
    private RollupEffect()
    {
    }

    /// <summary>Commit epoch + 1 for the region; answer <see cref="RegionNode.EpochTaken"/>.</summary>
    public sealed record TakeEpoch : RollupEffect;

    /// <summary>Read rows and debts in one snapshot; answer <see cref="RegionNode.VillageRead"/> or <see cref="RegionNode.ReadFailed"/>.</summary>
    public sealed record ReadVillage : RollupEffect;

    /// <summary>Read children, their epochs and own debts in one snapshot; answer <see cref="RegionNode.ChildrenRead"/>.</summary>
    public sealed record ReadChildren : RollupEffect;

    /// <summary>Read the own epoch row and debts; answer <see cref="RegionNode.OwnRead"/> or <see cref="RegionNode.OwnReadFailed"/>.</summary>
    public sealed record ReadOwn : RollupEffect;

    /// <summary>One-way question to a child; the child gets <see cref="RegionNode.Asked"/>.</summary>
    public sealed record Ask(RegionCode Child, long Epoch) : RollupEffect;

    /// <summary>Awaited call upwards; answer <see cref="RegionNode.PushAnswered"/> or <see cref="RegionNode.PushFailed"/>.</summary>
    public sealed record SendPush(RegionCode Parent, Push Push) : RollupEffect;

    /// <summary>Reply to a push that <see cref="RegionNode.Accept"/> was given with this token.</summary>
    public sealed record Answer(object Token, PushReply Reply) : RollupEffect;

    /// <summary>Delete debts if the path is current; answer <see cref="RegionNode.SettlementAnswered"/> or <see cref="RegionNode.SettlementFailed"/>.</summary>
    public sealed record Settle(Settlement Settlement) : RollupEffect;

    /// <summary>One-way nudge without content to another region.</summary>
    public sealed record Nudge(RegionCode Region) : RollupEffect;

    /// <summary>End this activation; the next call starts a new one.</summary>
    public sealed record GiveWay : RollupEffect;
}
