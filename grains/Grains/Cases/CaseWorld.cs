using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Grains.Cases;

/// <summary>What every case of a silo decides with: areas, parameters, the dictionary, the clock, and the register through its grains.</summary>
public sealed class CaseWorld(ICaseAreas areas, ICaseParameters parameters, ICaseLookups lookups, ICaseRefusals refusals, DataDictionary dictionary, IGrainFactory grains, TimeProvider clock)
{
    public ICaseLookups Lookups => lookups;
    public ICaseRefusals Refusals => refusals;
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <param name="village">Of the case, or of the change that opens one; null when it is not known yet.</param>
    public async Task<CaseContext> ContextForAsync(string id, CaseActor actor, string? village, HouseholdFacts? household, CancellationToken ct)
    {
        var county = village is null ? null : areas.HandlerOf(village, RegionLevel.County);
        var days = county is null ? CaseParameters.Default : await parameters.ForAsync(county.Code.ToString(), ct);
        return new CaseContext(id, actor, clock.GetUtcNow(), days, areas, dictionary, household);
    }

    /// <returns>Null for a code that nobody has, or that is none.</returns>
    public async Task<HouseholdFacts?> HouseholdAsync(string? code)
    {
        if (!HouseholdKey.TryOf(code, out var key)) return null;
        var view = await grains.Household(key.Value.Code).GetAsync();
        return view is null ? null : HouseholdFacts.Of(view.Code, view.File);
    }

    /// <summary>Officers see what lies in their region; a village that has ended lies nowhere, and its case moves before anything else.</summary>
    public bool Covers(CaseActor actor, string village) => actor.Party != CaseParty.Officer || !IsVillage(village) || areas.IsWithin(actor.Actor.Region, village);

    public RegionLevel? LevelOf(string region) => areas.LevelOf(region);

    public bool IsVillage(string code) => areas.HandlerOf(code, RegionLevel.Village) is not null;

    /// <summary>Where a case belongs whose village has ended: with its household, else with the village that took the old one in.</summary>
    /// <returns>Null when neither is known yet.</returns>
    public async Task<string?> PlaceOfAsync(CaseFile file)
    {
        if (await HouseholdAsync(file.HouseholdCode) is { Village: { } village } && IsVillage(village)) return village;
        var successor = await lookups.SuccessorOfAsync(file.Village);
        return successor is not null && IsVillage(successor) ? successor : null;
    }

    /// <summary>To the case that is named; where the episode has got another number since, to the plan that its household has.</summary>
    public async Task<CaseAnswer> SendAsync(OwedChange owed, string? household)
    {
        var answer = await ChangeAsync(owed.Case, owed.CommandId, CaseActor.System, owed.Change);
        if (answer.Errors is not [{ Code: var code }, ..] || code != CaseErrors.NotFound.Code || household is null) return answer;
        return await lookups.PlanOfAsync(household) is { } plan ? await ChangeAsync(plan, owed.CommandId, CaseActor.System, owed.Change) : answer;
    }

    public Task<CaseAnswer> ChangeAsync(string id, Guid commandId, CaseActor actor, CaseChange change) =>
        grains.GetGrain<ICaseGrain>(CaseKey.Of(id).ToString()).ExecuteAsync(new CaseCommand { CommandId = commandId, Actor = actor, Change = change });

    public Task<CommandAnswer> SendAsync(OwedCommand owed) =>
        grains.Household(owed.HouseholdCode).ExecuteAsync(new HouseholdCommand
        {
            CommandId = owed.CommandId, ExpectedVersion = null, Actor = owed.Actor, Change = owed.Change,
        });
}
