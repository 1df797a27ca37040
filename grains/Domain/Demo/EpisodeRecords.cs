using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Demo;

/// <summary>From a draft to the record of a monitoring episode, with what was found at recognition and what was reached at elimination.</summary>
internal static class EpisodeRecords
{
    private const string Yes = YesNo.Yes, No = YesNo.No;

    public static RiskEpisode Episode(FamilyDraft family, EpisodeDraft episode, int number, string id, VillageFacts facts)
    {
        var random = family.Random;
        var start = new DateOnly(episode.Recognized.Year, episode.Recognized.Month, 1);
        var record = new RiskEpisode
        {
            EpisodeId = id, HouseholdCode = family.Code, EpisodeNo = number, RiskSource = random.Chance(0.6) ? "2" : random.Chance(0.5) ? "1" : "3",
            ClueFoundOn = start.AddDays(-random.Between(5, 28)), MonitorCategory = HouseholdRecords.CodeText(episode.Category),
            RiskType1 = episode.Risks[0], RiskType2 = episode.Risks.ElementAtOrDefault(1), RiskType3 = episode.Risks.ElementAtOrDefault(2), RiskType4 = episode.Risks.ElementAtOrDefault(3),
            RecognizedMonth = episode.Recognized, ApprovedOn = Earlier(start.AddDays(random.Between(2, 26)), family.Today),
            IdDropout = No, IdHousingUnsafe = episode.Has("09") ? Yes : No, IdWaterUnsafe = episode.Has("10") ? Yes : No, IdUninsured = No,
            RiskEliminated = episode.Eliminated is null ? No : Yes, EliminatedMonth = episode.Eliminated, MeasureDecidedOn = Earlier(start.AddDays(random.Between(5, 40)), family.Today),
            CollectorName = facts.CollectorName, CollectorPhone = facts.CollectorPhone, InNationalSystem = Yes,
        };
        record = AtRecognition(record, family, episode);
        return episode.Eliminated is null ? record : AtElimination(record, family, episode);
    }

    private static RiskEpisode AtRecognition(RiskEpisode record, FamilyDraft family, EpisodeDraft episode)
    {
        var random = family.Random;
        var perHead = family.Income.Net / family.Heads;
        var wished = episode.Category == 3 ? random.Between(7000, 12_000) : random.Between(4200, 6800);
        var income = family.Income.Scaled(Math.Clamp(wished * 100 / Math.Max(perHead, 1), 5, 100));
        var ill = episode.Has("01");
        var selfPaid = ill ? random.Between(8, episode.Category == 3 ? 60 : 20) * 1000 : random.Between(0, 40) * 100;
        return record with
        {
            IdWageIncome = income.Wage, IdBusinessIncome = income.Business, IdPropertyIncome = income.Property, IdTransferIncome = income.Transfer, IdBusinessCost = income.Cost,
            IdNetIncome = income.Net, IdNetPerCapita = YearlyRecords.PerHead(income.Net, family.Heads), IdMemberCount = family.Heads, IdClaimIncome = 0, IdCompliantSelfPay = selfPaid,
            IdReferenceIncome = income.Net - selfPaid, IdReferencePerCapita = YearlyRecords.PerHead(income.Net - selfPaid, family.Heads),
        };
    }

    private static RiskEpisode AtElimination(RiskEpisode record, FamilyDraft family, EpisodeDraft episode)
    {
        if (episode.Natural) return record with { EliminationMode = "2", NaturalReason = family.Random.Chance(0.7) ? "2" : "4" };
        var income = family.Income.Scaled(family.Random.Between(92, 106));
        return record with
        {
            EliminationMode = "1", ElDropout = No, ElHousingDamaged = No, ElWaterDamaged = No, ElUninsured = No,
            ElWageIncome = income.Wage, ElBusinessIncome = income.Business, ElPropertyIncome = income.Property, ElTransferIncome = income.Transfer, ElBusinessCost = income.Cost,
            ElNetIncome = income.Net, ElNetPerCapita = YearlyRecords.PerHead(income.Net, family.Heads), ElClaimIncome = 0, ElCompliantSelfPay = family.Random.Between(0, 30) * 100,
            ElMemberCount = family.Heads,
        };
    }

    private static DateOnly Earlier(DateOnly a, DateOnly b) => a < b ? a : b;
}
