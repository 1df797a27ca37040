using FangFanPin.Api.Shared;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Cases;

/// <summary>What an applicant gets done.</summary>
internal sealed class DeclareDesk(
    IRegions regions, ICaseAreas areas, ICaseReader reader, ICaseAttachments attachments, QueryCodes codes, PhoneSessions sessions, IGrainFactory grains, DataDictionary dictionary, TimeProvider clock)
{
    public async Task<Results<Ok<DeclareResponse>, ProblemHttpResult>> DeclareAsync(DeclareRequest body, string phone, string village, Guid key, CancellationToken ct)
    {
        var declaration = DeclarationOf(body, phone);
        // Before anything is looked up by it: the number must be one.
        if (DeclarationCheck.Faults(declaration) is { Count: > 0 } faults) return Problems.From(faults);
        var owner = sessions.OwnerOf(phone);
        var id = CaseRequests.CaseOf(owner, key);
        if (!await attachments.UsableAsync(declaration.Attachments, id.Id, owner, ct)) return Problems.From(CaseErrors.UnknownAttachment);
        var match = await reader.HouseholdOfCertificateAsync(declaration.ApplicantIdNumber, ct);
        var household = match is { } found && found.Village == village ? found.Code : null;
        if (await reader.OpenOfCertificateAsync(declaration.ApplicantIdNumber, match?.Code, ct) is { } open && open != id.Id) return await DuplicateAsync(open, phone, declaration, key, ct);
        var change = new Declare { Village = village, Declaration = declaration, HouseholdCode = household, QueryCode = codes.Of(id.Id) };
        var answer = await grains.Case(id).ExecuteAsync(new CaseCommand { CommandId = key, Actor = CaseActor.Applicant(village), Change = change }, ct);
        if (answer.OpenCase is { } other) return await DuplicateAsync(other, phone, declaration, key, ct);
        if (answer.Errors.Count > 0) return Problems.From(answer.Errors);
        return TypedResults.Ok(new DeclareResponse(change.QueryCode, await ProgressAsync((await reader.FindAsync(id.Id, ct))!, full: true, ct)));
    }

    /// <param name="full">False for somebody who only knows the certificate.</param>
    public async Task<ProgressResponse> ProgressAsync(ReadCase found, bool full, CancellationToken ct) =>
        ProgressResponse.From(found.File, await reader.HistoryAsync(found.Id, ct), full ? ActionsOf(found) : [], regions.Tree, full);

    public async Task<Results<Ok<ProgressResponse>, ProblemHttpResult>> ActAsync(ReadCase found, ProgressActionRequest body, string? phone, Guid key, CancellationToken ct)
    {
        System.Collections.Immutable.ImmutableArray<Guid> files = [.. body.Attachments ?? []];
        CaseChange? change = body.Kind switch
        {
            CaseActions.Withdraw => new Withdraw(),
            CaseActions.Resubmit => new Resubmit { ProblemText = body.ProblemText, Attachments = files },
            CaseActions.Appeal => new Appeal { Opinion = body.Opinion, Attachments = files },
            CaseActions.Urge => new Urge(),
            _ => null,
        };
        if (change is null) return Problems.From(CaseRequestErrors.Malformed);
        if (files.Length > 0 && (phone is null || !await attachments.UsableAsync(files, found.Id, sessions.OwnerOf(phone), ct))) return Problems.From(CaseErrors.UnknownAttachment);
        var command = new CaseCommand { CommandId = key, Actor = CaseActor.Applicant(found.File.Village), Change = change };
        var answer = await grains.Case(CaseKey.Of(found.Id)).ExecuteAsync(command, ct);
        if (answer.Errors.Count > 0) return Problems.From(answer.Errors);
        return TypedResults.Ok(await ProgressAsync((await reader.FindAsync(found.Id, ct))!, full: true, ct));
    }

    private static SelfDeclaration DeclarationOf(DeclareRequest body, string phone) => new()
    {
        ApplicantName = body.ApplicantName?.Trim() ?? "",
        ApplicantIdNumber = body.ApplicantIdNumber ?? "",
        ApplicantPhone = phone,
        IsSelf = body.IsSelf,
        Address = body.Address?.Trim() ?? "",
        MemberCount = body.MemberCount,
        DeclaredIncome = body.DeclaredIncome,
        ProblemTypes = [.. body.ProblemTypes ?? []],
        ProblemText = body.ProblemText?.Trim() ?? "",
        Attachments = [.. body.Attachments ?? []],
        Authorized = body.Authorized,
    };

    /// <summary>The open case is shown, not a second one made. Its query code goes only to the phone that declared it.</summary>
    private async Task<ProblemHttpResult> DuplicateAsync(string open, string phone, SelfDeclaration declaration, Guid key, CancellationToken ct)
    {
        if (await reader.FindAsync(open, ct) is not { } found) return Problems.From(CaseErrors.AlreadyOpen);
        await AttachAsync(found, declaration, key, ct);
        var own = BlindText.Phone(found.File.Declaration?.ApplicantPhone) == phone;
        var progress = await ProgressAsync(found, own, ct);
        return Problems.From([CaseErrors.AlreadyOpen], own ? new DeclareResponse(found.File.QueryCode ?? "", progress) : new DeclareResponse("", progress));
    }

    /// <summary>Another member of the family has something to say: a clue of the open procedure. The same person again only sees how it stands.</summary>
    private async Task AttachAsync(ReadCase found, SelfDeclaration declaration, Guid key, CancellationToken ct)
    {
        if (BlindText.Certificate(found.File.Declaration?.ApplicantIdNumber) == BlindText.Certificate(declaration.ApplicantIdNumber)) return;
        var clue = new AttachClue { RiskSource = "1", Text = declaration.ProblemText, Attachments = declaration.Attachments };
        await grains.Case(CaseKey.Of(found.Id)).ExecuteAsync(new CaseCommand { CommandId = key, Actor = CaseActor.Applicant(found.File.Village), Change = clue }, ct);
    }

    private IReadOnlyList<string> ActionsOf(ReadCase found)
    {
        var context = new CaseContext(found.Id, CaseActor.Applicant(found.File.Village), clock.GetUtcNow(), CaseParameters.Default, areas, dictionary, null);
        return [.. CaseDecision.Allowed(found.File, context).Where(a => a is CaseActions.Withdraw or CaseActions.Resubmit or CaseActions.Appeal or CaseActions.Urge)];
    }
}
