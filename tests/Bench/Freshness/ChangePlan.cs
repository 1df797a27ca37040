using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Statistics;
using FangFanPin.Tests.Bench.Host;

namespace FangFanPin.Tests.Bench.Freshness;

/// <param name="Marker">Packed <see cref="EpisodeArgument"/> of the cell that no other change of the run touches; null for a party member more.</param>
internal sealed record Change(string Household, HouseholdChange Command, int? Marker);

/// <summary>Which households change how, decided before the clock runs. No household changes twice.</summary>
internal sealed class ChangePlan
{
    private const int Seed = 20261101;
    private const int Months = 70, Categories = 3;
    private static readonly string[] Risks = ["02", "03", "04", "05", "06", "07", "08", "09", "10"];
    private readonly List<Population.Subject> plain;

    /// <param name="count">Or as many as there are households for.</param>
    public ChangePlan(Population population, int count, int markerEvery)
    {
        var random = new Random(Seed);
        var subjects = population.Households.ToArray();
        random.Shuffle(subjects);
        var markers = new Queue<Population.Subject>(subjects.Where(s => !s.Monitored && s.PartyMember == false).Take(Math.Min(count / markerEvery, Months * Categories * Risks.Length)));
        var chosen = markers.Select(s => s.Code).ToHashSet();
        plain = [.. subjects.Where(s => !s.PartyMember && !chosen.Contains(s.Code))];
        Changes = [.. Enumerable.Range(0, count).Select(i => i % markerEvery == 0 && markers.TryDequeue(out var subject) ? Recognition(subject, i / markerEvery) : Joining(i)).OfType<Change>()];
    }

    public IReadOnlyList<Change> Changes { get; }

    /// <summary>Changes that leave every counted figure as it is.</summary>
    public IReadOnlyList<Change> WarmUp(int count) =>
        [.. plain.Take(count).Select(s => new Change(s.Code, new AmendHousehold { Fields = FieldTexts.Of(("MemberCountStart", "9")) }, null))];

    private int next;

    private Change? Joining(int _)
    {
        if (next >= plain.Count) return null;
        var subject = plain[next++];
        return new Change(subject.Code, new ChangeMember { PersonCode = subject.Person, Fields = FieldTexts.Of(("Political", "01")) }, null);
    }

    private static Change Recognition(Population.Subject subject, int number)
    {
        var (month, category, risk) = (number % Months + 1, number / Months % Categories + 1, Risks[number / (Months * Categories) % Risks.Length]);
        var fields = FieldTexts.Of(("MonitorCategory", $"{category}"), ("RiskType1", risk), ("RecognizedMonth", EpisodeArgument.MonthOf(month).ToString()));
        return new Change(subject.Code, new IdentifyRisk { EpisodeId = $"{subject.Code}-b", Fields = fields }, new EpisodeArgument(month, category, int.Parse(risk)).Packed);
    }
}
