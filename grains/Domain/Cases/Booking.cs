using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Cases;

/// <summary>What a case decides about its household, as commands with ids of their own: sent again, they change nothing again.</summary>
internal static class Booking
{
    private const string GeneralHousehold = "2", Head = "01";

    /// <summary>An unlocked household may be synchronised, a locked one keeps what people are deciding about.</summary>
    public static CaseFile Owing(this CaseFile file, string purpose, CaseContext context)
    {
        if (file.HouseholdCode is null || file.Kind is CaseKinds.Warning or CaseKinds.Measures) return file; // measures run for years: the register goes on meanwhile
        var locked = purpose == OwedPurposes.Lock;
        return file with { Owed = file.Owed.Add(Command(file, purpose, file.HouseholdCode, new AmendHousehold { Fields = Locked(locked) }, Actor.System, context)) };
    }

    /// <summary>The approval: registered where the register did not know the family, recognised or eliminated, and unlocked.</summary>
    public static CaseFile OwingBooking(this CaseFile file, CaseContext context)
    {
        var owed = file.Owed;
        var actor = context.Actor.Actor;
        var code = file.HouseholdCode ?? NewCode(file, context.Now);
        if (file.HouseholdCode is null) owed = owed.Add(Command(file, OwedPurposes.Register, code, Registration(file, code), actor, context));
        owed = owed.Add(file.Kind == CaseKinds.Recognition
            ? Command(file, OwedPurposes.Identify, code, Identification(file, context), actor, context)
            : Command(file, OwedPurposes.Eliminate, code, Elimination(file, context), actor, context));
        var booked = (file with { HouseholdCode = code, Owed = owed }).Owing(OwedPurposes.Unlock, context);
        return booked with { OwedCases = booked.OwedCases.Add(NextOfMeasures(booked, code, context)) };
    }

    /// <summary>A recognition is followed by measures (W4), an elimination ends them.</summary>
    private static OwedChange NextOfMeasures(CaseFile file, string code, CaseContext context)
    {
        var episode = file.Kind == CaseKinds.Recognition ? file.Id : context.Household!.Current!.EpisodeId!;
        CaseChange change = file.Kind == CaseKinds.Recognition ? new OpenMeasures { HouseholdCode = code } : new MeasuresOver { Reason = "风险已消除" };
        return new OwedChange(IdOf(file, CaseKinds.Measures, context.Now), CaseIds.MeasuresOf(episode), change);
    }

    /// <summary>The measures that the town has confirmed, in one change with the day.</summary>
    public static CaseFile OwingMeasures(this CaseFile file, IReadOnlyCollection<PlannedMeasure> measures, CaseContext context) => file.OwingMeasure(OwedPurposes.DecideMeasures, new DecideMeasures
    {
        EpisodeId = context.Household!.Current!.EpisodeId!, DecidedOn = context.Today,
        Measures = [.. measures.Select(m => new DecidedMeasure(m.MeasureId, m.Fields[nameof(Measure.StartedOn)] is { Length: > 0 } ? m.Fields : m.Fields.With(nameof(Measure.StartedOn), DayText(context.Today))))],
    }, context);

    public static CaseFile OwingMeasure(this CaseFile file, string purpose, HouseholdChange change, CaseContext context) =>
        file with { Owed = file.Owed.Add(Command(file, purpose, file.HouseholdCode!, change, context.Actor.Actor, context)) };

    /// <summary>
    /// A platform code as the import knows them: one letter, the county, ten digits. The ten come from the case and the moment of the approval; one
    /// that is taken already is refused by its household, and the next approval makes another.
    /// </summary>
    internal static string NewCode(CaseFile file, DateTimeOffset now)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"household\n{file.Id}\n{now.UtcTicks.ToString(CultureInfo.InvariantCulture)}"));
        return string.Create(CultureInfo.InvariantCulture, $"P{file.Village[..6]}{BinaryPrimitives.ReadUInt64BigEndian(hash) % 10_000_000_000:D10}");
    }

    private static OwedCommand Command(CaseFile file, string purpose, string household, HouseholdChange change, Actor actor, CaseContext context) =>
        new(IdOf(file, purpose, context.Now), purpose, household, change, actor);

    /// <summary>From the case, its purpose and the step's moment: the same at every attempt, another one when it is decided again.</summary>
    private static Guid IdOf(CaseFile file, string purpose, DateTimeOffset now) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"case\n{file.Id}\n{purpose}\n{now.UtcTicks.ToString(CultureInfo.InvariantCulture)}\n{file.Owed.Length}")).AsSpan(0, 16));

    private static RegisterHousehold Registration(CaseFile file, string code)
    {
        var d = file.Declaration;
        var name = d?.ApplicantName ?? file.Warning?.Name ?? file.HeadName;
        var certificate = d?.ApplicantIdNumber ?? file.Warning?.IdNumber;
        var household = FieldTexts.Of(
            (nameof(Household.AreaCode), file.Village), (nameof(Household.HouseholdType), GeneralHousehold), (nameof(Household.HeadName), name),
            (nameof(Household.HeadCertNumber), certificate), (nameof(Household.Phone), d?.ApplicantPhone), (nameof(Household.Address), d?.Address),
            (nameof(Household.MemberCount), file.Members.IsEmpty ? d?.MemberCount.ToString(CultureInfo.InvariantCulture) : (file.Members.Length + 1).ToString(CultureInfo.InvariantCulture)));
        var head = FieldTexts.Of(
            (nameof(Member.PersonCode), code + Head), (nameof(Member.Name), name), (nameof(Member.CertNumber), certificate), (nameof(Member.Relation), Head), (nameof(Member.Phone), d?.ApplicantPhone));
        return new RegisterHousehold { Fields = household, Members = [head, .. file.Members.Select((m, i) => m.With(nameof(Member.PersonCode), $"{code}{i + 2:D2}"))] };
    }

    private static IdentifyRisk Identification(CaseFile file, CaseContext context) => new()
    {
        EpisodeId = file.Id,
        Fields = file.Fields
            .With(nameof(RiskEpisode.RecognizedMonth), MonthOf(context.Today))
            .With(nameof(RiskEpisode.ApprovedOn), DayText(context.Today))
            .With(nameof(RiskEpisode.ClueFoundOn), DayText(file.ClueFoundOn))
            .With(nameof(RiskEpisode.RiskSource), file.RiskSource),
    };

    private static EliminateRisk Elimination(CaseFile file, CaseContext context) => new()
    {
        EpisodeId = context.Household!.Current!.EpisodeId!,
        Fields = file.Fields.With(nameof(RiskEpisode.EliminatedMonth), MonthOf(context.Today)),
    };

    private static FieldTexts Locked(bool locked) => FieldTexts.Of((nameof(Household.Locked), locked ? "true" : "false"));
    private static string MonthOf(DateOnly day) => day.ToString("yyyyMM", CultureInfo.InvariantCulture);
    internal static string DayText(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
