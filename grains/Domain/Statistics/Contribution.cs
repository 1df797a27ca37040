using FangFanPin.Domain.Figures;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Statistics;

/// <summary>What one household adds to the figures of its village. Pure, and called on every write.</summary>
public static class Contribution
{
    /// <summary>The cells of a household on a day.</summary>
    /// <param name="file">The whole household.</param>
    /// <param name="day">The day at which ages are taken, Asia/Shanghai.</param>
    /// <returns>
    /// Counts per cell, empty for a household that is not active or not 帮扶对象; and the first later day on which they would differ by themselves,
    /// null when never. All counts are of active members and of episodes since 2021.
    /// </returns>
    public static (CellVector Vector, DateOnly? NextDue) Of(HouseholdFile file, DateOnly day)
    {
        var @class = StatisticClass.Of(file.Household);
        if (!file.IsActive || !@class.InPopulation) return (CellVector.Empty, null);

        Span<long> counts = stackalloc long[Measures.FlatLimit];
        counts.Clear();
        var heads = new HeadCount(counts, day);
        foreach (var member in file.Members)
            if (string.IsNullOrEmpty(member.MemberStatus) || member.MemberStatus == MemberStatuses.Active)
                heads.Add(member);
        counts[Measures.Households.Number] = 1;

        var vector = Pack(counts, @class);
        if (!file.Episodes.IsEmpty) vector = vector.Add(EpisodeCells.Of(file, @class, (int)counts[Measures.Persons.Number]));
        return (vector, heads.NextDue);
    }

    /// <summary>Whether two files of a household add the same cells on any day, seen without counting them: nothing else of a file is counted than what is compared here.</summary>
    public static bool IsShared(HouseholdFile before, HouseholdFile after) =>
        before.Members == after.Members && before.Episodes == after.Episodes && before.IsActive == after.IsActive &&
        StatisticClass.Of(before.Household) == StatisticClass.Of(after.Household);

    private static CellVector Pack(ReadOnlySpan<long> counts, StatisticClass @class)
    {
        Span<long> keys = stackalloc long[Measures.FlatLimit];
        Span<long> values = stackalloc long[Measures.FlatLimit];
        var length = 0;
        for (var number = 0; number < counts.Length; number++)
        {
            if (counts[number] == 0) continue;
            keys[length] = Cell.Of(number, Measures.Find(number)!.Version, @class.Number).Key;
            values[length++] = counts[number];
        }
        return CellVector.OfSorted(keys[..length], values[..length]);
    }
}

/// <summary>Counts the members of one household by measure number: statistics 1, 2 and 3.</summary>
internal ref struct HeadCount(Span<long> counts, DateOnly day)
{
    private readonly Span<long> counts = counts;

    public DateOnly? NextDue { get; private set; }

    public void Add(Member member)
    {
        One(Measures.Persons);
        One(member.Sex switch { Codes.Male => Measures.Male, Codes.Female => Measures.Female, _ => Measures.SexEmpty });
        One(string.IsNullOrEmpty(member.Ethnic) ? Measures.EthnicEmpty : member.Ethnic == Codes.Han ? Measures.Han : Measures.Minority);
        if (member.Political == Codes.PartyMember) One(Measures.PartyMembers);
        if (!string.IsNullOrEmpty(member.SchoolStatus)) One(Measures.InSchool);
        AddAge(member.BirthDate);
        AddHealth(member);
    }

    private void AddAge(DateOnly? birth)
    {
        var age = Ages.On(birth, day);
        One(BucketOf(age));
        if (age is >= 16 and < 60) One(Measures.WorkingAge);
        if (birth is { } known && Ages.NextBound(known, day) is { } due && (NextDue is null || due < NextDue)) NextDue = due;
    }

    private static MeasureDefinition BucketOf(int? age) => age switch
    {
        null => Measures.AgeEmpty,
        < 16 => Measures.AgeUnder16,
        < 30 => Measures.Age16,
        < 40 => Measures.Age30,
        < 50 => Measures.Age40,
        < 60 => Measures.Age50,
        _ => Measures.Age60,
    };

    /// <summary>Exactly one column by 残疾 &gt; 患大病 &gt; 长期慢性病 &gt; 健康, and each value once more in the block 含多选.</summary>
    private void AddHealth(Member member)
    {
        var chronic = Codes.Has(member.Health, Codes.Chronic);
        var serious = Codes.Has(member.Health, Codes.SeriousIllness);
        var disabled = Codes.Has(member.Health, Codes.Disabled);
        var healthy = Codes.Has(member.Health, Codes.Healthy);
        One(disabled ? Measures.Disabled : serious ? Measures.SeriousIllness : chronic ? Measures.Chronic : healthy ? Measures.Healthy : Measures.HealthEmpty);
        if (chronic) One(Measures.AnyChronic);
        if (serious) One(Measures.AnySeriousIllness);
        if (disabled) One(Measures.AnyDisabled);
        if (healthy) One(Measures.AnyHealthy);
        if (member.DisabilityGrade is "1" or "2") One(Measures.SevereDisability);
    }

    private readonly void One(MeasureDefinition measure) => counts[measure.Number]++;
}
