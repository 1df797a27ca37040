using System.Net.Http.Headers;
using System.Text.Json;
using FangFanPin.Api.Accounts;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Warnings;
using FangFanPin.Storage.Accounts;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace FangFanPin.Tests.Api.Access;

/// <summary>Somebody with one role at one place, and a token for it that no login was needed for.</summary>
internal sealed record Person(string Name, string Role, string Region, string Token);

/// <summary>A thing that belongs to a region.</summary>
/// <param name="Region">Twelve digits; the household's village, the import's and the account's region.</param>
internal sealed record Thing(string Kind, string Id, string Region);

/// <summary>Five places one above the other, what lies around each of them, one thing of each kind everywhere, and everybody who can be there.</summary>
internal sealed class Scene
{
    public const string Province = "410000000000", City = "411400000000", County = "411424000000", Town = "411424001000", Village = "411424001201";
    private const string OtherCity = "411600000000", OtherCounty = "411425000000", Stranger = "411622000000";
    private static int farmers;
    private readonly Dictionary<(string Kind, string Region), Thing> things = [];

    public List<Person> People { get; } = [];
    public IReadOnlyCollection<Thing> Things => things.Values;

    /// <summary>own, child, sibling, parent, neighbour county.</summary>
    public Dictionary<string, string[]> Around { get; } = [];

    public Thing? Find(string kind, string region) => things.GetValueOrDefault((kind, region));

    /// <summary>By the digits, not by the tree that the program asks: these regions are regular.</summary>
    public static bool Covers(string above, string region)
    {
        var zeros = above.TrimEnd('0').Length;
        var digits = zeros <= 2 ? 2 : zeros <= 4 ? 4 : zeros <= 6 ? 6 : zeros <= 9 ? 9 : 12;
        return region.StartsWith(above[..digits], StringComparison.Ordinal);
    }

    public static async Task<Scene> BuildAsync(ApiServer server)
    {
        var scene = new Scene();
        var tree = server.Services.GetRequiredService<IRegions>().Tree;
        string Sibling(string code) => tree.ChildrenOf(tree.Find(RegionCode.Parse(code))!.Parent!.Value).Select(r => r.Code.ToString()).Where(c => c != code).Order(StringComparer.Ordinal).Last();
        scene.Around[Province] = [Province, City, Stranger];
        scene.Around[City] = [City, County, OtherCity, Province, Stranger];
        scene.Around[County] = [County, Town, OtherCounty, City, Stranger];
        scene.Around[Town] = [Town, Village, Sibling(Town), County, Stranger];
        scene.Around[Village] = [Village, Sibling(Village), Town, Stranger];
        await scene.PeopleAsync(server);
        foreach (var region in scene.Around.Values.SelectMany(r => r).Distinct())
            await scene.PlaceAsync(server, tree, region);
        return scene;
    }

    private async Task PeopleAsync(ApiServer server)
    {
        var (sessions, tokens, signIn) = (server.Services.GetRequiredService<SessionStore>(), server.Services.GetRequiredService<Tokens>(), server.Services.GetRequiredService<SignIn>());
        foreach (var region in Around.Keys)
            foreach (var role in RoleNames.All.Where(r => RoleRules.StandsAt(r, signIn.LevelOf(RegionCode.Parse(region)))))
            {
                var name = await server.CreateAccountAsync(region, [role]);
                var account = (await server.Accounts.FindAsync(name))!;
                var now = DateTimeOffset.UtcNow;
                var session = new LoginSession(Guid.NewGuid(), name, account.Stamp, now, now, now.AddHours(1), "local", "test");
                await sessions.OpenAsync(session, Guid.NewGuid().ToByteArray(), 10);
                People.Add(new Person(name, role, region, tokens.Issue(account, session, default).Token));
            }
    }

    private async Task PlaceAsync(ApiServer server, RegionTree tree, string region)
    {
        // The last one below: mostly not the one that a person of the scene stands in.
        var code = RegionCode.Parse(region);
        var village = tree.Find(code)!.Level == RegionLevel.Village ? region : tree.VillagesBelow(code).Select(v => v.Code.ToString()).Order(StringComparer.Ordinal).Last();
        Add(AreaKinds.Account, await server.CreateAccountAsync(region, [RoleNames.Viewer]), region, region);
        var import = new ImportJob { Id = Guid.NewGuid(), Region = region, Actor = new Actor("scene", "", "", region), CreatedAt = DateTimeOffset.UtcNow, Stage = ImportStage.Failed };
        await server.Services.GetRequiredService<IImportJobs>().CreateAsync(import, default);
        Add(AreaKinds.Import, $"{import.Id:N}", region, region);
        var household = await RegisterAsync(server, village);
        Add(AreaKinds.Household, household, region, village);
        var thing = await CaseAsync(server, village);
        Add(AreaKinds.Case, thing, region, village);
        Add(FurtherIds.Attachment, await AttachmentAsync(server, thing), region, village);
        Add(FurtherIds.Session, await SessionAsync(server, Find(AreaKinds.Account, region)!.Id), region, region);
        Add(FurtherIds.WarningBatch, await WarningBatchAsync(server, region), region, region);
        Add(AreaKinds.Export, await ExportAsync(server, region), region, region);
    }

    /// <summary>Declared by the village for a farmer without a phone.</summary>
    private static async Task<string> CaseAsync(ApiServer server, string village)
    {
        using var informant = await server.SignInAsync(village, RoleNames.Informant);
        var number = Interlocked.Increment(ref farmers);
        return await SendAsync(informant, "/api/v1/cases", new
        {
            kind = "declare", Village = village,
            Declaration = new
            {
                ApplicantName = "王某", ApplicantIdNumber = SampleHouseholds.Certificate(number), ApplicantPhone = SampleHouseholds.Phone(number), Address = "东组", MemberCount = 1,
                ProblemTypes = new[] { "01" }, ProblemText = "住院", Authorized = true,
            },
        });
    }

    private static async Task<string> AttachmentAsync(ApiServer server, string caseId)
    {
        var attachment = new CaseAttachment(Guid.NewGuid(), null, "a.jpg", "image/jpeg", 4, "scene", DateTimeOffset.UtcNow);
        await server.Services.GetRequiredService<ICaseAttachments>().StoreAsync(attachment, [0xFF, 0xD8, 0xFF, 0xE0]);
        await server.AskAsync($"update case_attachment set case_id = '{caseId}' where id = '{attachment.Id}'");
        return $"{attachment.Id}";
    }

    private static async Task<string> SessionAsync(ApiServer server, string account)
    {
        var (row, now) = ((await server.Accounts.FindAsync(account))!, DateTimeOffset.UtcNow);
        var session = new LoginSession(Guid.NewGuid(), account, row.Stamp, now, now, now.AddHours(1), "local", "test");
        await server.Services.GetRequiredService<SessionStore>().OpenAsync(session, Guid.NewGuid().ToByteArray(), 10);
        return $"{session.Id}";
    }

    private static async Task<string> WarningBatchAsync(ApiServer server, string region)
    {
        var batch = new WarningBatch { Id = Guid.NewGuid(), Region = region, Actor = new Actor("scene", "", "", region), FileName = "a.csv", CreatedAt = DateTimeOffset.UtcNow };
        await server.Services.GetRequiredService<IWarningBatches>().CreateAsync(batch, AsyncEnumerable.Empty<WarningRow>(), default);
        return $"{batch.Id}";
    }

    private static async Task<string> ExportAsync(ApiServer server, string region)
    {
        using var exporter = await server.SignInAsync(region, RoleNames.Exporter);
        return await SendAsync(exporter, $"/api/v1/exports?region={region}&kind=households", new { });
    }

    /// <returns>The id of what was made.</returns>
    private static async Task<string> SendAsync(HttpClient client, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = new StringContent(JsonSerializer.Serialize(body), new MediaTypeHeaderValue("application/json"));
        var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {text}");
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    private void Add(string kind, string id, string asked, string actual) => things[(kind, asked)] = new Thing(kind, id, actual);

    private static async Task<string> RegisterAsync(ApiServer server, string village)
    {
        using var editor = await server.SignInAsync(Province, RoleNames.Editor);
        var code = $"M{Guid.NewGuid():N}"[..18];
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = new StringContent(JsonSerializer.Serialize(new
        {
            kind = "register", Fields = new { AreaCode = village, StatYear = 2025, HeadName = "王某", HouseholdType = "1", MemberCount = 1 },
            Members = new[] { new { PersonCode = "01", Name = "王某" } },
        }), new MediaTypeHeaderValue("application/json"));
        (await editor.SendAsync(request)).EnsureSuccessStatusCode();
        return code;
    }
}
