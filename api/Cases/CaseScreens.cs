using FangFanPin.Api.Shared;
using FangFanPin.Contracts;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Cases;

/// <summary>A case as its handler sees it, with what they may do now.</summary>
internal sealed class CaseScreens(IRegions regions, ICaseAreas areas, ICaseReader reader, ICaseAttachments attachments, ICaseParameters parameters, DataDictionary dictionary, TimeProvider clock)
{
    public async Task<CaseResponse> ShowAsync(ReadCase found, Caller caller, CancellationToken ct)
    {
        var (file, today) = (found.File, ChinaTime.DayOf(clock.GetUtcNow()));
        var files = await attachments.OfCaseAsync(found.Id, ct);
        var context = new CaseContext(found.Id, Desk.ActorOf(caller), clock.GetUtcNow(), await ParametersAsync(file.Village, ct), areas, dictionary, null);
        return new CaseResponse(
            CaseLineResponse.From(LineOf(found), regions.Tree, today), file.ClueFoundOn, file.OpenedBy, DeclarationResponse.From(file.Declaration), WarningResponse.From(file.Warning),
            file.Fields.ToDictionary(f => f.Key, f => Masking.Shown(f.Key, f.Value)), ReviewResponse.From(file.Review),
            [.. file.Objections.Select(o => new ObjectionResponse(o.No, o.RaisedOn, o.By, o.Text, o.DueOn, o.AnsweredOn, o.Upheld))],
            [.. file.Clues.Select(c => new ClueResponse(c.RiskSource, CaseLabels.Source(c.RiskSource), c.FoundOn, c.Text, c.By))],
            [.. files.Select(AttachmentResponse.From)], file.StoppedOn, file.StoppedDays, file.AppealedOn, file.ApprovedOn, file.ResultText, file.NationalHouseholdCode,
            file.Owes, caller.May(Permission.HandleCases) ? CaseDecision.Allowed(file, context) : [], PlanResponse.From(file.Plan),
            [.. file.Members.Select(m => m.ToDictionary(f => f.Key, f => Masking.Shown(f.Key, f.Value)))]);
    }

    /// <summary>The open case that stands in the way, if it is the caller's to see.</summary>
    public async Task<CaseLineResponse?> OpenOneAsync(string id, Caller caller, CancellationToken ct)
    {
        if (await reader.FindAsync(id, ct) is not { } open || !RegionCode.TryParse(open.File.Village, out var village) || !caller.Covers(village)) return null;
        return CaseLineResponse.From(LineOf(open), regions.Tree, ChinaTime.DayOf(clock.GetUtcNow()));
    }

    private async ValueTask<CaseParameters> ParametersAsync(string village, CancellationToken ct) =>
        areas.HandlerOf(village, RegionLevel.County) is { } county ? await parameters.ForAsync(county.Code.ToString(), ct) : CaseParameters.Default;

    private static CaseLine LineOf(ReadCase found) => new(
        found.Id, found.Version, found.File.Kind, found.File.Step, found.File.Village, found.File.HouseholdCode, found.File.HeadName, found.File.RiskSource, found.File.HandlerLevel,
        found.File.DueOn, found.File.Deadline?.Escalation ?? 0, found.File.OpenedAt, found.File.StepSince, found.File.ClosedAt, found.File.Plan is null ? found.File.TotalDueOn : null, found.File.Review?.PublicityTo, found.File.UrgedOn);
}

/// <summary>What the API itself adds to a change that opens a case.</summary>
internal sealed class CaseOpening(ICaseReader reader, ICaseAttachments attachments, QueryCodes codes, IHouseholdReader register, IGrainFactory grains, TimeProvider clock, [FromKeyedServices(AreaKinds.Household)] IAreaOf households)
{
    /// <summary>Whoever opens the measures of an episode opens the same case; without an episode it is one that refuses.</summary>
    public async Task<Contracts.Cases.CaseKey> MeasuresOfAsync(OpenMeasures open, CancellationToken ct) => Contracts.Cases.CaseKey.Of(CaseIds.MeasuresOf(
        open.HouseholdCode is { } code && await register.FindAsync(code, ct) is { } found ? found.File.Episodes.LastOrDefault()?.EpisodeId ?? "" : ""));

    /// <summary>The second clue about a household belongs to the procedure that is open already.</summary>
    public Task<Contracts.Cases.CaseAnswer> AttachAsync(Contracts.Cases.CaseKey open, ReportRisk report, Guid key, Caller caller, CancellationToken ct)
    {
        var clue = new AttachClue { RiskSource = report.RiskSource, FoundOn = report.FoundOn ?? ChinaTime.DayOf(clock.GetUtcNow()), Text = report.Opinion ?? "", Attachments = report.Attachments };
        return grains.Case(open).ExecuteAsync(new Contracts.Cases.CaseCommand { CommandId = key, Actor = Desk.ActorOf(caller), Change = clue }, ct);
    }

    /// <summary>The area is checked here, before the case's grain is woken: household or village must be the caller's.</summary>
    public async Task<Outcome<CaseChange>> PrepareAsync(Contracts.Cases.CaseKey id, CaseChange change, Caller caller, CancellationToken ct)
    {
        var prepared = change switch
        {
            Declare declare => declare with { HouseholdCode = await MatchAsync(declare.Declaration?.ApplicantIdNumber, declare.Village, ct), QueryCode = codes.Of(id.Id) },
            ReceiveWarning warning => warning with { HouseholdCode = warning.HouseholdCode ?? await MatchAsync(warning.Warning?.IdNumber, warning.Village, ct) },
            _ => change,
        };
        if (prepared is Declare { Declaration: null } or ReceiveWarning { Warning: null }) return CaseRequestErrors.Malformed;
        if (await RefusalAsync(prepared, caller, ct) is { } refusal) return refusal;
        var named = prepared is Declare d && !d.Declaration.Attachments.IsDefault ? d.Declaration.Attachments : prepared.Attachments;
        return named.IsDefaultOrEmpty || await attachments.UsableAsync(named, id.Id, caller.Name, ct) ? prepared : CaseErrors.UnknownAttachment;
    }

    private async Task<DomainError?> RefusalAsync(CaseChange change, Caller caller, CancellationToken ct)
    {
        if (change is Declare { Village: var declared }) return Within(declared, caller);
        if (change is ReceiveWarning { Village: var warned }) return Within(warned, caller);
        if (CaseContent.HouseholdOf(change) is not { } code || await households.FindAsync(code, ct) is not { } village) return CaseErrors.UnknownHousehold;
        return caller.Covers(village) ? null : AreaErrors.OutsideArea;
    }

    private static DomainError? Within(string? village, Caller caller) =>
        RegionCode.TryParse(village, out var code) && caller.Covers(code) ? null : CaseErrors.OutsideArea;

    /// <summary>The household of the register, if it stands in this village; a family that stands in another is told so by the decision.</summary>
    private async Task<string?> MatchAsync(string? certificate, string village, CancellationToken ct) =>
        certificate is not null && await reader.HouseholdOfCertificateAsync(certificate, ct) is { } match && match.Village == village ? match.Code : null;
}
