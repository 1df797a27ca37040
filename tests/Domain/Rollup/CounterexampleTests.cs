using FangFanPin.Domain.Rollup;
using FangFanPin.Tests.Domain.Rollup.Simulation;
using Xunit;

namespace FangFanPin.Tests.Domain.Rollup;

/// <summary>The histories that broke earlier versions of the protocol, each with the rule that closes it on, and off.</summary>
public sealed class CounterexampleTests
{
    private static readonly WorldRules All = WorldRules.All;

    [Fact]
    public void A_A_village_that_changed_its_town_is_counted_once()
    {
        Needs(All with { StructureEpochs = false }, rules =>
        {
            var stage = new Stage(rules);
            stage.World.MoveRegion(stage.Village, stage.OtherTown);
            return stage.Finish();
        });
    }

    [Fact]
    public void A2_A_push_from_before_the_change_of_town_is_not_taken_by_the_old_town()
    {
        Needs(All with { Node = RollupRules.All with { RefuseUnlisted = false } }, rules =>
        {
            var stage = new Stage(rules);
            stage.Write();
            stage.Simulator.Nudge(stage.Village);
            stage.Flow(hold: m => m.Kind == MailKind.Push);
            stage.World.MoveRegion(stage.Village, stage.OtherTown);
            stage.Kill(stage.Town);
            stage.Flow();
            return stage.Finish();
        });
    }

    [Fact]
    public void B_A_twin_village_that_read_too_early_does_not_eat_an_update()
    {
        Needs(All with { FenceOwnEpoch = false }, rules =>
        {
            var stage = new Stage(rules);
            var twin = stage.Twin(stage.Village);
            stage.TakeEpoch(twin);
            stage.Step(twin, MailKind.Read); // its result is late
            stage.Write();
            stage.Simulator.Nudge(stage.Village);
            stage.Flow(hold: m => m.Only == twin);
            return stage.Finish();
        });
    }

    [Fact]
    public void B2_A_start_that_read_before_it_took_its_epoch_would_eat_an_update()
    {
        Needs(All with { EpochBeforeRead = false }, rules =>
        {
            var stage = new Stage(rules);
            var twin = stage.Twin(stage.Village);
            stage.Write();
            stage.Simulator.Nudge(stage.Village);
            stage.Flow(hold: m => m.Only == twin);
            stage.TakeEpoch(twin);
            return stage.Finish();
        });
    }

    [Fact]
    public void C_A_twin_town_does_not_eat_an_update()
    {
        Needs(All with { FencePath = false }, rules =>
        {
            var stage = new Stage(rules);
            var twin = stage.Twin(stage.Town);
            stage.TakeEpoch(twin);
            stage.Step(twin, MailKind.Read);
            stage.Step(twin, MailKind.Result); // it knows its villages as they were
            stage.Write();
            stage.Simulator.Nudge(stage.Village);
            stage.Flow(still: a => a == twin);
            stage.Kill(stage.Village);
            stage.Simulator.Kill(stage.At(stage.Town));
            return stage.FinishAtProvince();
        });
    }

    [Fact]
    public void D_An_update_that_only_the_town_had_survives_the_town()
    {
        Needs(All with { Node = RollupRules.All with { SettleAtProvince = false } }, rules =>
        {
            var stage = new Stage(rules);
            stage.Write();
            stage.Simulator.Nudge(stage.Village);
            stage.Flow(still: a => a.Node.Region == stage.Town);
            stage.Kill(stage.Town);
            stage.Kill(stage.Village);
            return stage.FinishAtProvince();
        });
    }

    [Fact]
    public void E_A_late_message_does_not_raise_a_ghost_household()
    {
        Needs(All with { NudgeWithoutContent = false }, rules =>
        {
            var stage = new Stage(rules);
            stage.Write();
            stage.Simulator.Nudge(stage.Village, stage.Household);
            var late = stage.Late(MailKind.Nudge);
            stage.World.MoveHousehold(stage.Household, stage.OtherVillage);
            stage.Simulator.Nudge(stage.Village, stage.Household);
            stage.Simulator.Nudge(stage.OtherVillage, stage.Household);
            stage.Flow();
            stage.Kill(stage.Village);
            stage.Simulator.Mail.Add(late);
            return stage.Finish();
        });
    }

    [Fact]
    public void F_A_county_that_restarts_shows_no_partial_figure()
    {
        Needs(All with { Node = RollupRules.All with { CompleteBeforePush = false } }, rules =>
        {
            var stage = new Stage(rules);
            stage.Kill(stage.County);
            stage.Simulator.Nudge(stage.County);
            stage.Flow(hold: m => m.Kind == MailKind.Ask);
            return stage.ProvinceIsRight() ? stage.Finish() : "the province fell";
        });
    }

    [Fact]
    public void G_A_twin_that_took_an_epoch_and_died_does_not_block_the_debts()
    {
        Needs(All with { Node = RollupRules.All with { GiveWayWhenFenced = false } }, rules =>
        {
            var stage = new Stage(rules);
            var twin = stage.Twin(stage.Village);
            stage.TakeEpoch(twin);
            stage.Simulator.Kill(twin);
            stage.Write();
            return stage.Finish();
        });
    }

    [Fact]
    public void H_A_debt_whose_row_was_not_read_is_not_deleted()
    {
        Needs(All with { OneSnapshot = false }, rules =>
        {
            var stage = new Stage(rules);
            stage.Write();
            stage.Simulator.Nudge(stage.Village);
            stage.Flow(hold: m => m.Kind == MailKind.Read);
            stage.Step(stage.At(stage.Village), MailKind.Read);
            stage.Write(2); // and its nudge is lost
            stage.Flow();
            return stage.Finish();
        });
    }

    [Fact]
    public void I_A_newer_debt_of_the_same_household_is_not_deleted()
    {
        Needs(All with { CompareVersions = false }, rules =>
        {
            var stage = new Stage(rules);
            stage.Write();
            stage.Simulator.Nudge(stage.Village);
            stage.Flow(hold: m => m.Kind == MailKind.Settle);
            stage.Write(2); // and its nudge is lost
            stage.Flow();
            return stage.Finish();
        });
    }

    [Fact]
    public void I2_An_old_twin_does_not_answer_a_new_parent()
    {
        Needs(All with { TownReadsVillages = false, Node = RollupRules.All with { RefuseLowerEpochs = false } }, rules =>
        {
            var stage = new Stage(rules);
            var (old, twin) = (stage.At(stage.Village), stage.Twin(stage.Village));
            stage.Direct(twin);
            stage.Write();
            stage.Simulator.Nudge(stage.Village);
            stage.Flow();
            stage.Kill(stage.Town);
            stage.Simulator.Nudge(stage.Town);
            stage.Flow();
            stage.Simulator.Run(old, old.Node.Asked(stage.Town, stage.At(stage.Town).Node.Epoch)); // the question, come a second time
            stage.Flow();
            return stage.FinishAtProvince();
        });
    }

    [Fact]
    public void J_A_push_that_was_under_way_during_a_restart_does_not_pass_for_an_answer()
    {
        Needs(All with { TownReadsVillages = false, Node = RollupRules.All with { NameParentEpoch = false } }, rules =>
        {
            var stage = new Stage(rules);
            stage.Write();
            stage.Simulator.Nudge(stage.Village);
            stage.Flow(hold: m => m.Kind == MailKind.Push);
            var late = stage.Late(MailKind.Push);
            stage.Simulator.Tick(stage.At(stage.Village));
            stage.Write(2);
            stage.Simulator.Nudge(stage.Village);
            stage.Flow();
            stage.Kill(stage.Town);
            stage.Simulator.Mail.Add(late);
            stage.Flow(hold: m => m.Kind == MailKind.Ask);
            stage.Simulator.Mail.RemoveAll(m => m.Kind == MailKind.Ask);
            return stage.FinishAtProvince();
        });
    }

    private static void Needs(WorldRules without, Func<WorldRules, string?> history)
    {
        Assert.Null(history(All));
        Assert.Null(history(All with { TownReadsVillages = false }));
        Assert.NotNull(history(without));
    }
}
