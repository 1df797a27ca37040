using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Grains.Households;

/// <summary>What every household of a silo decides with: the dictionary of the day, the region tree, the clock; and what they look up.</summary>
public sealed class HouseholdWorld(DataDictionary dictionary, IVillages villages, IHouseholdHistory history, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();
    public DateOnly Today => ChinaTime.DayOf(clock.GetUtcNow());

    public IHouseholdHistory History => history;

    public DecisionContext ContextFor(string code, Actor actor) => new(code, dictionary, villages, actor, Today);
}
