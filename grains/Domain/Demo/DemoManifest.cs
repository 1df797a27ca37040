using FangFanPin.Domain.Households;

namespace FangFanPin.Domain.Demo;

/// <summary>What was printed and what an import of it must come to. Filled while households pass by; written beside the files.</summary>
public sealed class DemoManifest
{
    public required long Seed { get; init; }
    public required DateOnly Today { get; init; }
    public required double Dirty { get; init; }

    public long HouseholdsPrinted { get; private set; }
    public long PeopleRowsPrinted { get; private set; }
    public long HouseholdsRefused { get; private set; }
    public long PeopleRowsRefused { get; private set; }
    public long IncomeRowsRefused { get; private set; }
    public SortedDictionary<DirtKind, long> HouseholdsByDirt { get; } = [];

    /// <summary>Of the households that are taken, under the names of the statistics.</summary>
    public DemoFigures Figures { get; } = new();

    public void Count(HouseholdFile file, DirtKind? dirt)
    {
        var rows = DemoDirt.PeopleRows(file, dirt);
        HouseholdsPrinted++;
        PeopleRowsPrinted += rows;
        if (dirt is { } kind) HouseholdsByDirt[kind] = HouseholdsByDirt.GetValueOrDefault(kind) + 1;
        if (dirt is { } refusing && DirtEffects.Of(refusing) == DirtEffect.HouseholdRefused)
        {
            HouseholdsRefused++;
            PeopleRowsRefused += rows;
            return;
        }
        if (dirt == DirtKind.TextInIncome) IncomeRowsRefused++;
        Figures.Add(file);
    }

    /// <summary>The sum of several manifests of one run.</summary>
    public void Add(DemoManifest other)
    {
        HouseholdsPrinted += other.HouseholdsPrinted;
        PeopleRowsPrinted += other.PeopleRowsPrinted;
        HouseholdsRefused += other.HouseholdsRefused;
        PeopleRowsRefused += other.PeopleRowsRefused;
        IncomeRowsRefused += other.IncomeRowsRefused;
        foreach (var (kind, count) in other.HouseholdsByDirt) HouseholdsByDirt[kind] = HouseholdsByDirt.GetValueOrDefault(kind) + count;
        Figures.Add(other.Figures);
    }
}

/// <summary>Figures that an import must come to, counted independently of the statistics. People are active members (在册).</summary>
public sealed class DemoFigures
{
    public long Households { get; private set; }
    public long People { get; private set; }
    public long Men { get; private set; }
    public long Women { get; private set; }
    public long PartyMembers { get; private set; }
    public long Minority { get; private set; }
    public long LiftedHouseholds { get; private set; }
    public long MonitoredHouseholds { get; private set; }
    public long EliminatedHouseholds { get; private set; }
    public long Episodes { get; private set; }
    public long Measures { get; private set; }

    public void Add(HouseholdFile file)
    {
        Households++;
        foreach (var member in file.Members) AddMember(member);
        if (file.Household.HouseholdType == "1") LiftedHouseholds++;
        if (file.Household.MonitorCategory is not null) MonitoredHouseholds++;
        if (file.Household.RiskEliminated == YesNo.Yes) EliminatedHouseholds++;
        Episodes += file.Episodes.Length;
        Measures += file.Measures.Length;
    }

    private void AddMember(Records.Member member)
    {
        if (member.MemberStatus == MemberStatuses.Gone) return;
        People++;
        if (member.Sex == "1") Men++;
        else Women++;
        if (member.Political == "01") PartyMembers++;
        if (member.Ethnic != "01") Minority++;
    }

    public void Add(DemoFigures other)
    {
        Households += other.Households;
        People += other.People;
        Men += other.Men;
        Women += other.Women;
        PartyMembers += other.PartyMembers;
        Minority += other.Minority;
        LiftedHouseholds += other.LiftedHouseholds;
        MonitoredHouseholds += other.MonitoredHouseholds;
        EliminatedHouseholds += other.EliminatedHouseholds;
        Episodes += other.Episodes;
        Measures += other.Measures;
    }
}
