using System.Globalization;
using System.Security.Cryptography;
using FangFanPin.Api.Shared;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sealing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Cases;

/// <summary>
/// Self-declaration without an account: scan the village's code, answer the code that the phone is sent, say what happened, follow it with
/// the query code. Everything here is open to anybody, so everything is throttled, and nothing tells more than the asker already knows.
/// </summary>
public static class DeclareEndpoints
{
    private const string SessionHeader = "X-Phone-Session";
    private const int MinutesValid = 10;

    private const string Consent = """
        本人自愿申报,承诺所填情况属实。本人授权工作人员依法查询、比对本户家庭成员的户籍、车辆、住房、社保、医保、民政、市场主体等信息,
        用于防止返贫监测对象的识别和帮扶;所填身份证号码、手机号码等个人信息仅用于本次申报的核实和办理,公示时不公开证件号码、电话、银行账户和健康状况。
        """;

    public static void MapDeclare(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/public").WithTags("自主申报(免登录)").AddEndpointFilter(Throttled);
        group.MapGet("/villages/{token}", Village).WithSummary("扫码进入:本村与授权承诺").Requires(Permission.Anonymous, Area.None);
        group.MapGet("/villages/{token}/publicity", Published).WithSummary("本村公示").Requires(Permission.Anonymous, Area.None);
        group.MapPost("/villages/{token}/publicity/{id}/objections", ObjectAsync).WithSummary("对公示提出异议").Requires(Permission.Anonymous, Area.None);
        group.MapGet("/challenge", (Challenges challenges) => TypedResults.Ok(new ChallengeResponse(challenges.Issue(), challenges.Bits))).WithSummary("取得验证题").Requires(Permission.Anonymous, Area.None);
        group.MapPost("/phone-codes", SendCodeAsync).WithSummary("发送短信验证码").Requires(Permission.Anonymous, Area.None);
        group.MapPost("/phone-sessions", SessionAsync).WithSummary("校验短信验证码").Requires(Permission.Anonymous, Area.None);
        group.MapPost("/attachments", UploadAsync).WithSummary("上传佐证材料(请求体即文件内容;请求头 X-Phone-Session)")
            .Accepts<byte[]>("application/octet-stream", "image/jpeg", "image/png", "image/webp", "application/pdf").Requires(Permission.Anonymous, Area.None);
        group.MapPost("/declarations", DeclareAsync).WithSummary("提交申报(请求头 X-Phone-Session、Idempotency-Key)").Requires(Permission.Anonymous, Area.None);
        group.MapGet("/declarations/{queryCode}", ProgressAsync).WithSummary("凭查询码查进度").Requires(Permission.Anonymous, Area.None);
        group.MapPost("/declarations/{queryCode}/actions", ActAsync).WithSummary("撤回、补正、申诉、催办(请求头 Idempotency-Key)").Requires(Permission.Anonymous, Area.None);
    }

    private static async ValueTask<object?> Throttled(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.RequestServices.GetRequiredService<PublicThrottle>().IsOpen(context.HttpContext) ? await next(context) : Problems.From(CaseRequestErrors.TooMany);

    private static async Task<Results<Ok<DeclareVillageResponse>, ProblemHttpResult>> Village(string token, VillageTokens tokens, IRegions regions, DataDictionary dictionary, CancellationToken ct)
    {
        if (await tokens.FindAsync(token, ct) is not { } village) return Problems.From(CaseRequestErrors.BadToken);
        var problems = dictionary.List("ApplicantProblem");
        return TypedResults.Ok(new DeclareVillageResponse(
            token, village.Code.ToString(), village.Name, CaseLabels.Place(regions.Tree, village.Code.ToString()), Consent.ReplaceLineEndings(""),
            [.. problems.Codes.Select(e => new CodeLabel(e.Code, e.Label))], CaseLimits.AttachmentsMax, AttachmentUpload.BytesMax));
    }

    private static async Task<Results<Ok<IReadOnlyList<PublishedCase>>, ProblemHttpResult>> Published(string token, VillageTokens tokens, ICaseReader reader, TimeProvider clock, CancellationToken ct)
    {
        if (await tokens.FindAsync(token, ct) is not { } village) return Problems.From(CaseRequestErrors.BadToken);
        var lines = await reader.PublishedAsync(village.Code.ToString(), Domain.ChinaTime.DayOf(clock.GetUtcNow()), ct);
        return TypedResults.Ok<IReadOnlyList<PublishedCase>>([.. lines.Select(l => new PublishedCase(l.Id, l.Kind, CaseLabels.Kind(l.Kind), l.HeadName, l.PublicityTo))]);
    }

    private static async Task<Results<Accepted<PhoneCodeResponse>, ProblemHttpResult>> SendCodeAsync(
        PhoneCodeRequest body, VillageTokens tokens, Challenges challenges, IPhoneCodes codes, ISmsSender sms, TimeProvider clock, CancellationToken ct)
    {
        if (await tokens.FindAsync(body.Token, ct) is null) return Problems.From(CaseRequestErrors.BadToken);
        if (!DeclarationCheck.IsMobile(body.Phone)) return Problems.From(CaseRequestErrors.BadPhone);
        if (!await challenges.TrySolveAsync(body.Challenge, body.Solution, ct)) return Problems.From(CaseRequestErrors.BadChallenge);
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        if (!await codes.TryStoreAsync(body.Phone, code, clock.GetUtcNow(), ct)) return Problems.From(CaseRequestErrors.TooMany);
        await sms.SendCodeAsync(BlindText.Phone(body.Phone)!, code, ct);
        return TypedResults.Accepted((string?)null, new PhoneCodeResponse(MinutesValid));
    }

    private static async Task<Results<Ok<PhoneSessionResponse>, ProblemHttpResult>> SessionAsync(
        PhoneSessionRequest body, IPhoneCodes codes, PhoneSessions sessions, TimeProvider clock, CancellationToken ct)
    {
        if (!DeclarationCheck.IsMobile(body.Phone)) return Problems.From(CaseRequestErrors.BadPhone);
        if (body.Code is not { Length: 6 } || !await codes.TryUseAsync(body.Phone, body.Code, clock.GetUtcNow(), ct)) return Problems.From(CaseRequestErrors.BadCode);
        var (session, until) = sessions.Issue(body.Phone);
        return TypedResults.Ok(new PhoneSessionResponse(session, until));
    }

    private static async Task<Results<Ok<UploadResponse>, ProblemHttpResult>> UploadAsync(string? name, HttpContext context, PhoneSessions sessions, AttachmentUpload upload, CancellationToken ct)
    {
        if (sessions.PhoneOf(context.Request.Headers[SessionHeader]) is not { } phone) return Problems.From(CaseRequestErrors.NoSession);
        var stored = await upload.ReceiveAsync(context, sessions.OwnerOf(phone), name, ct);
        return stored.Ok ? TypedResults.Ok(stored.Value!) : Problems.From(stored.Errors);
    }

    private static async Task<Results<Ok<DeclareResponse>, ProblemHttpResult>> DeclareAsync(
        DeclareRequest body, HttpRequest request, PhoneSessions sessions, VillageTokens tokens, DeclareDesk desk, CancellationToken ct)
    {
        if (sessions.PhoneOf(request.Headers[SessionHeader]) is not { } phone) return Problems.From(CaseRequestErrors.NoSession);
        if (!CaseRequests.TryKey(request, out var key)) return Problems.From(HouseholdRequestErrors.KeyRequired);
        if (await tokens.FindAsync(body.Token, ct) is not { } village) return Problems.From(CaseRequestErrors.BadToken);
        return await desk.DeclareAsync(body, phone, village.Code.ToString(), key, ct);
    }

    private static async Task<Results<Ok<ProgressResponse>, ProblemHttpResult>> ProgressAsync(
        string queryCode, HttpContext context, PublicThrottle throttle, DeclareDesk desk, ICaseReader reader, CancellationToken ct)
    {
        if (await FindAsync(queryCode, context, throttle, reader, ct) is not { } found) return Problems.From(throttle.MayMiss(context) ? CaseRequestErrors.NoCase : CaseRequestErrors.TooMany);
        return TypedResults.Ok(await desk.ProgressAsync(found, full: true, ct));
    }

    private static async Task<Results<Ok<ProgressResponse>, ProblemHttpResult>> ActAsync(
        string queryCode, ProgressActionRequest body, HttpContext context, PublicThrottle throttle, PhoneSessions sessions, DeclareDesk desk, ICaseReader reader, CancellationToken ct)
    {
        if (await FindAsync(queryCode, context, throttle, reader, ct) is not { } found) return Problems.From(throttle.MayMiss(context) ? CaseRequestErrors.NoCase : CaseRequestErrors.TooMany);
        if (!CaseRequests.TryKey(context.Request, out var key)) return Problems.From(HouseholdRequestErrors.KeyRequired);
        return await desk.ActAsync(found, body, sessions.PhoneOf(context.Request.Headers[SessionHeader]), key, ct);
    }

    /// <summary>Whoever tries codes is shut out after a few.</summary>
    private static async Task<ReadCase?> FindAsync(string queryCode, HttpContext context, PublicThrottle throttle, ICaseReader reader, CancellationToken ct)
    {
        if (!throttle.MayMiss(context)) return null;
        if (QueryCodes.Fold(queryCode) is { } code && await reader.FindByQueryCodeAsync(code, ct) is { } found) return found;
        throttle.Missed(context);
        return null;
    }

    private static async Task<Results<Ok<ObjectionAccepted>, ProblemHttpResult>> ObjectAsync(
        string token, string id, ObjectionRequest body, HttpRequest request, PhoneSessions sessions, VillageTokens tokens, ICaseReader reader, IGrainFactory grains, CancellationToken ct)
    {
        if (sessions.PhoneOf(request.Headers[SessionHeader]) is null) return Problems.From(CaseRequestErrors.NoSession);
        if (!CaseRequests.TryKey(request, out var key)) return Problems.From(HouseholdRequestErrors.KeyRequired);
        if (await tokens.FindAsync(token, ct) is not { } village) return Problems.From(CaseRequestErrors.BadToken);
        // Only what hangs on the wall of the very village can be objected to.
        if (!CaseKey.TryOf(id, out var caseKey) || await reader.FindAsync(id, ct) is not { } found || found.File.Village != village.Code.ToString()) return Problems.From(CaseErrors.NotFound);
        var answer = await grains.Case(caseKey.Value).ExecuteAsync(
            new CaseCommand { CommandId = key, Actor = CaseActor.Applicant(found.File.Village), Change = new Objection { Text = body.Text ?? "" } }, ct);
        if (answer.Errors.Count > 0) return Problems.From(answer.Errors);
        return TypedResults.Ok(new ObjectionAccepted((await reader.FindAsync(id, ct))!.File.DueOn!.Value));
    }
}
