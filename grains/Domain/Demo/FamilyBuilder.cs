using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Demo;

/// <summary>Family shapes: who lives together, with ages and relations that fit. On average 2.96 people who count.</summary>
internal sealed class FamilyBuilder(FamilyDraft family, HashSet<int> birthSlots, string mainSurname)
{
    private static readonly int[] Shapes = [128, 184, 366, 408, 460, 580, 728, 761, 820, 962, 1000];

    /// <summary>Monitored families are more often those in which somebody can work: the others have been covered by relief.</summary>
    private static readonly int[] MonitoredShapes = [30, 110, 200, 270, 360, 490, 660, 700, 760, 940, 1000];
    private readonly DemoRandom random = family.Random;
    private string surname = "";

    public void Build()
    {
        surname = random.Chance(0.5) ? mainSurname : DemoNames.Surname(random);
        Action[] shapes =
        [
            SingleElder, SingleAdult, ElderlyCouple, SingleParent, ElderWithGrownChild,
            CoupleWithOneChild, CoupleWithTwoChildren, CoupleWithThreeChildren, GrandparentsWithGrandchild, ThreeGenerations, ElderHeadsThreeGenerations,
        ];
        shapes[random.Weighted(family.Monitor > 0 ? MonitoredShapes : Shapes)]();
        if (random.Chance(0.03)) AddGone();
    }

    private void SingleElder() => Add("01", random.Chance(0.55), random.Between(61, 88));

    private void SingleAdult() => Add("01", random.Chance(0.75), random.Between(38, 60));

    private void ElderlyCouple()
    {
        var age = random.Between(61, 84);
        Couple(age);
    }

    private void SingleParent()
    {
        var age = random.Between(30, 52);
        Add("01", random.Chance(0.5), age);
        Child(age, "03", "04", inherit: family.Head.Man);
    }

    private void ElderWithGrownChild()
    {
        var age = random.Between(62, 82);
        Add("01", random.Chance(0.4), age);
        var man = random.Chance(0.85);
        Add(man ? "03" : "04", man, age - random.Between(22, 34), family.Head.Man ? surname : null);
    }

    private void CoupleWithOneChild() => Parents(1, random.Between(28, 58));
    private void CoupleWithTwoChildren() => Parents(2, random.Between(29, 55));
    private void CoupleWithThreeChildren() => Parents(3, random.Between(32, 52));

    private void GrandparentsWithGrandchild()
    {
        var age = random.Between(57, 74);
        Couple(age);
        var man = random.Chance(0.53);
        Add(man ? "07" : "08", man, Math.Clamp(age - random.Between(46, 56), 1, 17), surname);
    }

    private void ThreeGenerations()
    {
        var age = random.Between(32, 52);
        Parents(random.Chance(0.35) ? 1 : 2, age);
        var elder = age + random.Between(21, 30);
        var both = random.Chance(0.45);
        if (both || random.Chance(0.4)) Add("11", true, elder + random.Between(0, 3), surname);
        if (both || family.People[^1].Relation != "11") Add("12", false, elder, null);
    }

    private void ElderHeadsThreeGenerations()
    {
        var age = random.Between(58, 74);
        Couple(age);
        var son = age - random.Between(22, 29);
        Add("03", true, son, surname);
        if (random.Chance(0.8)) Add("05", false, Math.Max(son - random.Between(0, 4), 21), null);
        var man = random.Chance(0.53);
        Add(man ? "07" : "08", man, Math.Max(son - random.Between(22, 28), 1), surname);
    }

    private void Parents(int children, int age)
    {
        Couple(age);
        for (var i = 0; i < children; i++) Child(Math.Min(age, family.People[1].Age), "03", "04", inherit: true);
    }

    private void Couple(int age)
    {
        Add("01", true, age);
        Add("02", false, Math.Max(age - random.Between(-1, 4), 22), null);
    }

    private void Child(int parentAge, string son, string daughter, bool inherit)
    {
        var man = random.Chance(0.53);
        Add(man ? son : daughter, man, Math.Clamp(parentAge - random.Between(22, 33), 0, 33), inherit ? surname : null);
    }

    /// <summary>Somebody who died, married away or moved within the last years.</summary>
    private void AddGone()
    {
        var elder = family.Head.Age + random.Between(20, 26);
        if (elder > 95) return;
        Add("12", false, elder, null);
        family.People[^1].Gone = true;
    }

    private void Add(string relation, bool man, int age) => Add(relation, man, age, surname);

    private void Add(string relation, bool man, int age, string? inherited)
    {
        var born = FreeBirthDay(age, man);
        var people = family.People;
        var letter = inherited is not null && random.Chance(0.4) ? DemoNames.GenerationLetter(inherited[0] * 100 + born.Year / 25) : null;
        people.Add(new PersonDraft
        {
            Relation = relation, Man = man, Born = born, Age = AgeOn(family.Today, born),
            Name = (inherited ?? DemoNames.Surname(random)) + DemoNames.Given(random, man, born.Year, letter),
            CertNumber = DemoCodes.Identity(family.Village, born, man),
            PersonCode = DemoCodes.Person(family.Village, family.Number, people.Count),
        });
    }

    /// <summary>A day at which somebody of that age may be born and on which the village has not yet registered one of that sex.</summary>
    private DateOnly FreeBirthDay(int age, bool man)
    {
        var day = DemoCodes.BirthDay(family.Village, family.Today.AddYears(-age).AddDays(-random.Next(360)));
        while (!birthSlots.Add(day.DayNumber * 2 + (man ? 1 : 0))) day = DemoCodes.BirthDay(family.Village, day.AddDays(-1));
        return day;
    }

    public static int AgeOn(DateOnly day, DateOnly born) =>
        day.Year - born.Year - (day.Month < born.Month || (day.Month == born.Month && day.Day < born.Day) ? 1 : 0);
}
