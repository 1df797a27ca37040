using System.Collections.Immutable;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Shared;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>Changes that people make, most of them in the figures. What a household looks like is only guessed: refusals are part of the load.</summary>
internal sealed class RandomChanges(Random random, IReadOnlyList<RegionCode> villages)
{
    private static readonly string[] Statuses = ["1", "2"];
    private int serial = random.Next(1_000_000);

    public HouseholdChange Next(Guess guess) => guess switch
    {
        Guess.Unknown => Register(),
        Guess.Deregistered => new RestoreHousehold(),
        _ => random.Next(100) switch
        {
            < 35 => new AmendHousehold { Fields = FieldTexts.Of(("HouseholdType", Pick(Statuses)), ("Phone", SampleHouseholds.Phone(++serial))) },
            < 55 => new AddMember { Fields = Person(++serial) },
            < 65 => new RecordIncome { StatYear = 2025, Fields = FieldTexts.Of(("NetPerCapita", $"{random.Next(3000, 30000)}")) },
            < 90 => new MoveHousehold { ToVillage = Pick(villages).ToString() },
            < 96 => new DeregisterHousehold { HouseholdStatus = HouseholdStatuses.Gone },
            _ => Register(), // refused: it exists
        },
    };

    /// <summary>What is likely true after the change was answered without an error.</summary>
    public static Guess After(HouseholdChange change) => change is DeregisterHousehold ? Guess.Deregistered : Guess.Active;

    private RegisterHousehold Register() => new()
    {
        Fields = FieldTexts.Of(("AreaCode", Pick(villages).ToString()), ("HouseholdType", "1"), ("PolicyStatus", "1"), ("HeadName", "测试户主")),
        Members = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Person(++serial))],
    };

    private static FieldTexts Person(int number) => FieldTexts.Of(
        ("PersonCode", $"4116{number:D12}01"), ("Name", SampleHouseholds.NameOf(number, 0)), ("CertType", "1"), ("CertNumber", SampleHouseholds.Certificate(number)));

    private T Pick<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];
}

internal enum Guess
{
    Unknown,
    Active,
    Deregistered,
}
