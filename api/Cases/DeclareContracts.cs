using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Cases;

public sealed record CodeLabel(string Code, string Label);

/// <summary>What the declaration page needs to begin.</summary>
/// <param name="Token">As printed; a merged village answers with its successor's name.</param>
public sealed record DeclareVillageResponse(
    string Token, string Village, string VillageName, string PlaceName, string ConsentText, IReadOnlyList<CodeLabel> ProblemTypes, int AttachmentsMax, int AttachmentBytesMax);

/// <param name="Bits">Find a short text S so that SHA-256 of "challenge:S" (UTF-8) begins with so many zero bits.</param>
public sealed record ChallengeResponse(string Challenge, int Bits);

public sealed record PhoneCodeRequest(string Token, string Phone, string Challenge, string Solution);

/// <param name="MinutesValid">A new one may be asked for after a minute.</param>
public sealed record PhoneCodeResponse(int MinutesValid);

public sealed record PhoneSessionRequest(string Phone, string Code);

/// <param name="Session">Send it as header X-Phone-Session.</param>
public sealed record PhoneSessionResponse(string Session, DateTimeOffset Until);

/// <summary>农户自主申报. The phone is that of the session.</summary>
/// <param name="ProblemTypes">Codes of list ApplicantProblem.</param>
/// <param name="Authorized">授权承诺: must be true.</param>
public sealed record DeclareRequest(
    string Token, string ApplicantName, string ApplicantIdNumber, bool IsSelf, string Address, int MemberCount, decimal? DeclaredIncome,
    IReadOnlyList<string> ProblemTypes, string ProblemText, IReadOnlyList<Guid>? Attachments, bool Authorized);

/// <param name="QueryCode">Twelve letters and digits: the only way to follow the case, so show it large.</param>
public sealed record DeclareResponse(string QueryCode, ProgressResponse Progress);

/// <summary>One thing that happened, without names.</summary>
public sealed record ProgressEntry(DateTimeOffset At, string Text, string? Opinion);

/// <param name="Actions">What the applicant may do now: withdraw, resubmit, appeal, urge.</param>
public sealed record ProgressResponse(
    string Step, string StepLabel, string VillageName, string? ApplicantName, DateTimeOffset OpenedAt, DateOnly? DueOn, DateOnly? TotalDueOn, string? ResultText,
    IReadOnlyList<string> Actions, IReadOnlyList<ProgressEntry> Entries)
{
    /// <summary>What concerns the applicant; reminders and looks are the office's own business.</summary>
    private static readonly HashSet<string> Shown =
    [
        CaseActions.Declare, CaseActions.Accept, CaseActions.Withdraw, CaseActions.Judge, CaseActions.Resubmit, CaseActions.StartPublicity, CaseActions.EndPublicity,
        CaseActions.Approve, CaseActions.SendBack, CaseActions.Reject, CaseActions.Appeal, CaseActions.Urge, CaseActions.ConfirmNational, CaseActions.Lapse, CaseActions.CloseWarning,
    ];

    /// <summary>Opinions are told where the applicant must know the reason.</summary>
    private static readonly HashSet<string> Told = [CaseActions.Judge, CaseActions.Reject, CaseActions.AnswerObjection];

    /// <param name="full">False for somebody who only knows the certificate: where it stands, not what was said.</param>
    public static ProgressResponse From(CaseFile file, IReadOnlyList<CaseTransition> history, IReadOnlyList<string> actions, RegionTree tree, bool full) => new(
        file.Step, CaseSteps.Label(file.Kind, file.Step), CaseLabels.Place(tree, file.Village), full ? MaskedName(file.Declaration?.ApplicantName) : null, file.OpenedAt, file.DueOn,
        file.IsOpen ? file.TotalDueOn : null, full ? file.ResultText : null, actions,
        [.. history.Where(h => Shown.Contains(h.Action)).Select(h => new ProgressEntry(
            h.At, TextOf(h, CaseLabels.Action(h.Action), CaseSteps.Label(file.Kind, h.To)), full && Told.Contains(h.Action) ? h.Opinion : null))]);

    private static string TextOf(CaseTransition h, string action, string step) => (h.Moved || h.From is null) && action != step ? $"{action}:{step}" : action;

    private static string? MaskedName(string? name) => string.IsNullOrEmpty(name) ? name : name[..1] + new string('*', Math.Max(1, name.Length - 1));
}

/// <summary>What an applicant does with the query code: withdraw, resubmit (ProblemText), appeal (Opinion), urge.</summary>
public sealed record ProgressActionRequest(string Kind, string? Opinion, string? ProblemText, IReadOnlyList<Guid>? Attachments);

/// <summary>公示: nothing but what may hang on the village's wall.</summary>
public sealed record PublishedCase(string Id, string Kind, string KindLabel, string? HeadName, DateOnly? PublicityTo);

public sealed record ObjectionRequest(string Text);

public sealed record ObjectionAccepted(DateOnly AnswerDueOn);
