using FangFanPin.Domain.Cases;

namespace FangFanPin.Tests.Domain.Cases;

/// <summary>Who may try what on which step, written a second time, by hand.</summary>
internal static class CaseDoor
{
    /// <summary>kind, step, action: who.</summary>
    private const string Table = """
        recognition 10 accept: village
        recognition 10 withdraw: applicant
        recognition 20 judge: village
        recognition 20 link-household: village
        recognition 20 withdraw: whoever-reported-it
        recognition 30 end-publicity: village
        recognition 30 start-publicity: village
        recognition 30 objection: village applicant
        recognition 30 answer-objection: village
        recognition 40 approve: town
        recognition 40 return: town
        recognition 40 reject: town
        recognition 40 withdraw: village
        recognition 50 approve: county
        recognition 50 return: county
        recognition 50 reject: county
        recognition 50 withdraw: town
        recognition 60 confirm-national: county system
        recognition 60 booking-refused: system
        recognition 80 appeal: village applicant
        recognition 90 resubmit: village applicant
        elimination 20 judge: village
        elimination 20 withdraw: whoever-reported-it
        elimination 30 end-publicity: village
        elimination 30 start-publicity: village
        elimination 30 objection: village applicant
        elimination 30 answer-objection: village
        elimination 40 approve: town
        elimination 40 return: town
        elimination 40 withdraw: village
        elimination 50 approve: county
        elimination 50 return: county
        elimination 50 withdraw: town
        elimination 60 confirm-national: county system
        elimination 60 booking-refused: system
        warning 1 accept: village
        warning 2 close-warning: village
        measures P1 propose-measures: village
        measures P2 approve: town
        measures P2 return: town
        measures P2 withdraw: village
        measures P2 start-measure: village
        measures P2 note-progress: village
        measures P2 end-measure: village
        measures P3 propose-measures: village
        measures P3 start-measure: village
        measures P3 note-progress: village
        measures P3 end-measure: village
        measures P4 propose-measures: village
        measures P0 booking-refused: system
        measures P1 measures-over: system
        measures P1 booking-refused: system
        measures P2 measures-over: system
        measures P2 booking-refused: system
        measures P3 measures-over: system
        measures P3 booking-refused: system
        measures P4 booking-refused: system
        """;

    /// <summary>On every open step alike.</summary>
    private static readonly Dictionary<string, Func<string, string>> Everywhere = new()
    {
        [CaseActions.Look] = step => step is "40" or "P2" ? "town" : step is "50" or "60" ? "county" : "village",
        [CaseActions.Urge] = step => "applicant province city" + (step is "50" or "60" ? "" : step is "40" or "P2" ? " county" : " county town"),
        [CaseActions.AttachClue] = _ => "applicant system village town county city province",
        [CaseActions.Tick] = _ => "system",
        [CaseActions.Relocate] = _ => "system",
        [CaseActions.FollowCode] = _ => "system",
    };

    private static readonly Dictionary<string, string[]> Rows = Table.Split('\n').Select(l => l.Split(": ")).ToDictionary(l => l[0].Trim(), l => l[1].Trim().Split(' '));

    public static readonly string[] Codes = ["case.outside-area", "case.wrong-step", "case.not-your-step-forbidden"];

    /// <summary>Every row of the table as (kind, step, action).</summary>
    public static IEnumerable<(string Kind, string Step, string Action)> All => Rows.Keys.Select(k => k.Split(' ')).Select(k => (k[0], k[1], k[2]));

    public static string[] Who(string kind, string step, string action)
    {
        if (CaseSteps.IsEnd(step) || !Everywhere.TryGetValue(action, out var always) || (kind == CaseKinds.Measures && action == CaseActions.AttachClue)) return Rows.GetValueOrDefault($"{kind} {step} {action}", []);
        return always(step).Split(' ');
    }

    /// <param name="outside">The actor's area does not hold the case's village.</param>
    public static string? Refusal(string kind, string step, string action, string actor, bool outside, bool opener = false)
    {
        if (outside) return Codes[0];
        var who = Who(kind, step, action);
        if (who.Length == 0) return Codes[1];
        return who.Contains(actor) || (opener && who.Contains("whoever-reported-it")) ? null : Codes[2];
    }
}
