using System.Collections.Immutable;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Households;

/// <summary>Registered, amended, moved, deregistered, restored.</summary>
internal static class LifecycleDecision
{
    /// <summary>The village's names follow from its code; the code changes by a move, the status by deregister and restore.</summary>
    private static readonly string[] Fixed =
    [
        nameof(Household.HouseholdCode), nameof(Household.AreaCode), nameof(Household.CityName), nameof(Household.CountyName),
        nameof(Household.TownName), nameof(Household.VillageName), nameof(Household.HouseholdStatus),
    ];

    public static Outcome<HouseholdFile> Register(HouseholdFile? file, RegisterHousehold register, DecisionContext context)
    {
        if (file is not null) return HouseholdErrors.Exists;
        if (register.Members.Length > HouseholdLimits.MembersMax) return HouseholdErrors.TooManyMembers;
        var household = Form.Fill(new Household(), EntityMap.Household, register.Fields, "", context, required: [nameof(Household.AreaCode)]);
        var members = register.Members.Select((m, i) => MemberDecision.New(m, $"Members[{i}]", context)).ToList();
        List<DomainError> errors = [.. household.Errors, .. members.SelectMany(m => m.Errors)];
        if (household.Value is { } filled) errors.AddRange(AreaErrors(filled.AreaCode!, context));
        errors.AddRange(Repeated(members).Select(i => HouseholdErrors.MemberExists with { Field = $"Members[{i}].PersonCode" }));
        if (errors.Count > 0) return errors;
        return new HouseholdFile { Household = Placed(Defaults(household.Value!, context), context), Members = [.. members.Select(m => m.Value!)] };
    }

    public static Outcome<HouseholdFile> Amend(HouseholdFile file, AmendHousehold amend, DecisionContext context) =>
        Form.Fill(file.Household, EntityMap.Household, amend.Fields, "", context, refused: Fixed).As(h => file with { Household = h });

    public static Outcome<HouseholdFile> Move(HouseholdFile file, MoveHousehold move, DecisionContext context)
    {
        if (AreaErrors(move.ToVillage, context) is { Count: > 0 } errors) return errors;
        if (move.ToVillage == file.Household.AreaCode) return HouseholdErrors.SameVillage;
        var fields = move.Address is null ? FieldTexts.None : FieldTexts.Of((nameof(Household.Address), move.Address));
        return Form.Fill(file.Household, EntityMap.Household, fields, "", context)
            .As(h => file with { Household = Placed(h with { AreaCode = move.ToVillage, NaturalVillageName = null, NaturalVillageCode = null }, context) });
    }

    public static Outcome<HouseholdFile> Follow(HouseholdFile file, FollowVillage follow, DecisionContext context)
    {
        if (file.Household.AreaCode != follow.FromVillage) return file;
        if (AreaErrors(follow.ToVillage, context) is { Count: > 0 } errors) return errors;
        return file with { Household = Placed(file.Household with { AreaCode = follow.ToVillage }, context) };
    }

    public static Outcome<HouseholdFile> Deregister(HouseholdFile file, DeregisterHousehold deregister) =>
        deregister.HouseholdStatus is HouseholdStatuses.Gone or HouseholdStatuses.Mistaken or HouseholdStatuses.Archived
            ? file with { Household = file.Household with { HouseholdStatus = deregister.HouseholdStatus } }
            : HouseholdErrors.BadStatus;

    /// <summary>Refused where the village has ended meanwhile: the household would count in a region that nobody sums.</summary>
    public static Outcome<HouseholdFile> Restore(HouseholdFile file, DecisionContext context)
    {
        if (file.IsActive) return HouseholdErrors.NotDeregistered;
        if (context.Villages.Find(file.Household.AreaCode) is null) return HouseholdErrors.UnknownVillage;
        return file with { Household = file.Household with { HouseholdStatus = HouseholdStatuses.Active } };
    }

    /// <summary>The household with the names of its village's path, which the dictionary stores again for exports.</summary>
    internal static Household Placed(Household household, DecisionContext context) =>
        context.Villages.Find(household.AreaCode) is { } path ? path.Naming(household) : household;

    private static List<DomainError> AreaErrors(string village, DecisionContext context)
    {
        if (context.Villages.Find(village) is null) return [HouseholdErrors.UnknownVillage];
        return context.Villages.IsWithin(context.Actor.Region, village) ? [] : [HouseholdErrors.OutsideArea];
    }

    private static Household Defaults(Household household, DecisionContext context) => household with
    {
        HouseholdCode = context.Code,
        HouseholdStatus = household.HouseholdStatus ?? HouseholdStatuses.Active,
        StatYear = household.StatYear ?? context.Today.Year,
    };

    private static IEnumerable<int> Repeated(List<Outcome<Member>> members)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Value?.PersonCode is { } code && !seen.Add(code)) yield return i;
        }
    }
}
