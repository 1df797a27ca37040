namespace FangFanPin.Domain.Demo;

/// <summary>Health, schooling, ability to work and help of each person, in this order because each follows from the ones before.</summary>
internal static class Circumstances
{
    private static readonly int[] DisabilityClasses = [12, 25, 28, 72, 82, 94, 100];
    private static readonly int[] DisabilityGrades = [15, 45, 75, 100];
    private static readonly int[] ElderEducation = [45, 85, 98, 100];
    private static readonly int[] AdultEducation = [6, 34, 84, 95, 98, 100];

    public static void Fill(FamilyDraft family)
    {
        foreach (var person in family.People) Health(family, person);
        var schoolDay = new DateOnly(family.Today.Year, 8, 31);
        if (schoolDay > family.Today) schoolDay = schoolDay.AddYears(-1);
        foreach (var person in family.People)
        {
            Schooling(family.Random, person, FamilyBuilder.AgeOn(schoolDay, person.Born));
            Labor(family.Random, person);
        }
        Relief(family);
        foreach (var person in family.People) Insurance(family.Random, person);
    }

    private static void Health(FamilyDraft family, PersonDraft person)
    {
        var random = family.Random;
        var burden = family.Monitor > 0 ? 2.5 : 1;
        if (random.Chance((person.Age < 16 ? 0.012 : person.Age < 60 ? 0.06 : 0.10) * Math.Min(burden, 1.8)))
        {
            person.DisabilityClass = random.Weighted(DisabilityClasses) + 1;
            person.DisabilityGrade = random.Weighted(DisabilityGrades) + 1;
            person.CertNumber += $"{person.DisabilityClass}{person.DisabilityGrade}";
        }
        person.Chronic = random.Chance(person.Age < 30 ? 0.005 : person.Age < 60 ? 0.08 : 0.32);
        person.Serious = random.Chance((person.Age < 30 ? 0.003 : person.Age < 60 ? 0.014 : 0.025) * burden * (family.Monitor > 0 ? 2 : 1));
    }

    private static void Schooling(DemoRandom random, PersonDraft person, int schoolAge)
    {
        person.School = SchoolOf(random, schoolAge, person);
        if (person.School is null && schoolAge >= 6 && person.Dropout is null) person.Education = EducationOf(random, person);
    }

    private static string? SchoolOf(DemoRandom random, int schoolAge, PersonDraft person)
    {
        if (schoolAge is >= 6 and <= 15 && person.DisabilityGrade is 1 or 2 && random.Chance(0.3))
        {
            person.Dropout = "3";
            return null;
        }
        return schoolAge switch
        {
            < 3 => "01",
            < 6 => "02",
            < 12 => "03",
            < 15 => "0" + (char)('4' + schoolAge - 12),
            < 18 => random.Chance(0.58) ? "0" + (char)('7' + schoolAge - 15) : "1" + (char)('0' + schoolAge - 15),
            18 or 19 or 20 => random.Next(100) switch { < 30 => "1" + (char)('3' + schoolAge - 18), < 62 => "2" + (char)('0' + schoolAge - 18), _ => null },
            21 => random.Chance(0.3) ? "23" : null,
            22 or 23 or 24 => random.Chance(0.04) ? "24" : null,
            _ => null,
        };
    }

    private static string EducationOf(DemoRandom random, PersonDraft person)
    {
        if (person.Age >= 60) return Code(random.Weighted(ElderEducation) + 1);
        if (person.Age <= 30 && !person.Disabled) return Code(random.Weighted([0, 0, 55, 75, 92, 100]) + 1);
        return Code(random.Weighted(AdultEducation) + 1);
    }

    private static void Labor(DemoRandom random, PersonDraft person)
    {
        if (person.Age < 16 || person.School is not null) person.Labor = "4";
        else if (person.DisabilityGrade is 1 or 2) person.Labor = random.Chance(0.7) ? "3" : "5";
        else if (person.Age >= 60) person.Labor = person.Age < 70 && !person.Serious ? random.Chance(0.75) ? "5" : "4" : person.Age < 76 && person.Healthy ? random.Chance(0.4) ? "5" : "4" : "4";
        else if (person.Serious) person.Labor = random.Chance(0.5) ? "3" : "5";
        else if (person.Healthy) person.Labor = random.Chance(0.14) ? "2" : "1";
        else person.Labor = random.Chance(0.55) ? "5" : "1";
    }

    /// <summary>特困 for elders without anyone; 低保 for families without anybody who can work, and for some with a burden.</summary>
    private static void Relief(FamilyDraft family)
    {
        var random = family.Random;
        if (family.Heads == 1 && !family.AnyAble && family.Head.Age >= 60 && random.Chance(0.45)) family.Head.Destitute = true;
        else if (!family.AnyAble || random.Chance(Burdened(family) ? 0.22 : 0.02)) foreach (var person in family.Active) person.Subsistence = true;
    }

    private static bool Burdened(FamilyDraft family) => family.Active.Any(p => p.Serious || p.DisabilityGrade is 1 or 2);

    private static void Insurance(DemoRandom random, PersonDraft person)
    {
        person.EmployeeInsured = person.Labor == "2" && random.Chance(0.12);
        person.Subsidized = person.DisabilityGrade is 1 or 2 || (person.Disabled && person.Subsistence);
    }

    private static string Code(int digit) => digit switch { 1 => "1", 2 => "2", 3 => "3", 4 => "4", 5 => "5", _ => "6" };
}
