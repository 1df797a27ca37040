using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FangFanPin.Api.Shared;
using FangFanPin.Tests.Api.Shared;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Access;

/// <summary>
/// Every endpoint × everybody × every region around them, made from what the endpoints declare: what is declared closed is refused and
/// recorded, what is declared open is not refused, and no answer names a thing of elsewhere.
/// </summary>
public sealed partial class MatrixTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const int AtOnce = 8;

    /// <summary>It would end the session that the other cases need.</summary>
    private static readonly string[] LeftOut = ["POST /api/v1/logout"];
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record Declared(string Name, string Method, string Route, AccessRule Rule, string MediaType);

    /// <param name="About">The region that the request is about; null when it is about none.</param>
    /// <param name="Guessed">An id of elsewhere stands in the path, beside what the rule looks up: there must be no answer to it.</param>
    private sealed record Case(Declared Endpoint, Person Person, string Path, string? Body, string? About, bool Guessed = false)
    {
        public bool Permitted => Roles.Allow([Person.Role], Endpoint.Rule.Permission);
        public bool Inside => About is null || Scene.Covers(Person.Region, About);
        public override string ToString() => $"{Endpoint.Method} {Path} {Body} as {Person.Role} of {Person.Region}, about {About}";
    }

    [Fact]
    public async Task Every_endpoint_answers_everybody_as_it_declares_and_nothing_of_elsewhere()
    {
        var scene = await Scene.BuildAsync(server);
        // A kind of thing that nobody places in the scene would go unasked.
        Assert.All(Endpoints().Select(e => e.Rule.Area.Subject?.Kind).OfType<string>().Distinct(), kind => Assert.NotNull(scene.Find(kind, Scene.County)));
        var cases = scene.People.SelectMany(person => Endpoints().SelectMany(endpoint => CasesOf(scene, endpoint, person))).ToList();
        var wrong = new ConcurrentBag<string>();
        var refused = new ConcurrentDictionary<string, int>();
        using var client = server.Anonymous();
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Ct }, async (one, ct) =>
        {
            var fault = await TryAsync(client, scene, one, refused, ct);
            if (fault is not null) wrong.Add($"{one}: {fault}");
        });
        TestContext.Current.SendDiagnosticMessage($"matrix.cases={cases.Count} matrix.refused={refused.Values.Sum()} matrix.guessed={cases.Count(c => c.Guessed)} matrix.people={scene.People.Count} matrix.endpoints={Endpoints().Count}");
        Assert.True(wrong.IsEmpty, $"{wrong.Count} of {cases.Count}:\n{string.Join('\n', wrong.Order().Take(25))}");
        Assert.True(cases.Count > 5_000 && refused.Values.Sum() > 2_000, $"only {cases.Count} cases");
        await AssertRecordedAsync(refused);
    }

    [Fact]
    public void For_every_region_in_a_body_somebody_said_how_to_ask_for_it()
    {
        var silent = Endpoints().Where(e => e.Rule.Area == Area.InBody && !BodyProbes.Has(e.Name)).Select(e => e.Name);
        Assert.Empty(silent);
    }

    [Fact]
    public void For_every_further_id_in_a_path_somebody_said_what_it_names()
    {
        var silent = from endpoint in Endpoints()
                     where endpoint.Rule.Area != Area.InBody
                     let looked = endpoint.Rule.Area.Subject?.Parameter ?? (endpoint.Rule.Area.RegionParameter is { InQuery: false } place ? place.Name : null)
                     from Match match in Parameter().Matches(endpoint.Route)
                     let name = match.Groups[1].Value
                     where name != looked && !FurtherIds.Knows(endpoint.Name, name)
                     select $"{endpoint.Name}: {name}";
        Assert.Empty(silent);
    }

    /// <summary>Ids of things of everywhere else, under the person's own account, case or region.</summary>
    private static IEnumerable<Case> GuessesOf(Scene scene, Declared endpoint, Person person)
    {
        if (FurtherIds.Of(endpoint.Name) is not var (parameter, kind)) return [];
        var subject = endpoint.Rule.Area.Subject;
        var own = subject is { } looked ? scene.Find(looked.Kind, person.Region) : null;
        return from region in scene.Around[person.Region]
               let thing = scene.Find(kind, region)
               where thing is not null && !Scene.Covers(person.Region, thing.Region) && !Scene.Covers(thing.Region, person.Region)
               let route = endpoint.Route.Replace($"{{{parameter}:guid}}", thing.Id, StringComparison.Ordinal)
               select new Case(endpoint, person, own is null ? Fill(route) : Fill(route, subject!.Value.Parameter, own.Id), "{}", person.Region, Guessed: true);
    }

    private static IEnumerable<Case> CasesOf(Scene scene, Declared endpoint, Person person) => DeclaredCases(scene, endpoint, person).Concat(GuessesOf(scene, endpoint, person));

    private static IEnumerable<Case> DeclaredCases(Scene scene, Declared endpoint, Person person)
    {
        if (endpoint.Rule.Area == Area.InBody) return BodyCases(scene, endpoint, person);
        if (endpoint.Rule.Area.Subject is { } subject)
            return scene.Around[person.Region].Select(region => scene.Find(subject.Kind, region)).OfType<Thing>()
                .Select(thing => new Case(endpoint, person, Fill(endpoint.Route, subject.Parameter, thing.Id), "{}", thing.Region));
        if (endpoint.Rule.Area.RegionParameter is { } place)
            return scene.Around[person.Region].Select(region => new Case(endpoint, person,
                place.InQuery ? $"{Fill(endpoint.Route)}?{place.Name}={region}" : Fill(endpoint.Route, place.Name, region), "{}", region));
        return [new Case(endpoint, person, Fill(endpoint.Route), "{}", endpoint.Rule.Area == Area.Whole ? Scene.Province : null)];
    }

    private static IEnumerable<Case> BodyCases(Scene scene, Declared endpoint, Person person)
    {
        var probes = scene.Around[person.Region].SelectMany(region => BodyProbes.Of(endpoint.Name, scene, person.Region, region) ?? []);
        return probes.Select(p => new Case(endpoint, person, p.Path, p.Body, p.About));
    }

    /// <returns>What is wrong; null when the answer is as declared.</returns>
    private static async Task<string?> TryAsync(HttpClient client, Scene scene, Case one, ConcurrentDictionary<string, int> refused, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(new HttpMethod(one.Endpoint.Method), one.Path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", one.Person.Token);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        // Of no version there is: what is let through changes nothing.
        request.Headers.TryAddWithoutValidation("If-Match", "\"999\"");
        if (one.Endpoint.Method != "GET") request.Content = one.Endpoint.MediaType == "multipart/form-data"
            ? new MultipartFormDataContent() : new StringContent(one.Body ?? "{}", Encoding.UTF8, one.Endpoint.MediaType);
        if (one.Endpoint.Route.EndsWith("events", StringComparison.Ordinal) || one.Endpoint.Route.EndsWith("stream", StringComparison.Ordinal)) request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream") return one is { Permitted: true, Inside: true } ? null : "a stream was opened";
        var text = await answer.Content.ReadAsStringAsync(ct);
        if (answer.StatusCode == HttpStatusCode.Forbidden || (one.Guessed && answer.StatusCode == HttpStatusCode.NotFound)) refused.AddOrUpdate(one.Person.Name, 1, (_, n) => n + 1);
        var code = CodeOf(answer, text);
        var expected = !one.Permitted ? "access.forbidden" : one.Inside ? null : "outside-area";
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.InternalServerError) return $"{answer.StatusCode} {code}";
        if (expected is not null) return code?.EndsWith(expected, StringComparison.Ordinal) == true && answer.StatusCode == HttpStatusCode.Forbidden ? null : $"{answer.StatusCode} {code}, expected {expected}";
        if (one.Guessed) return (int)answer.StatusCode is >= 400 and < 500 ? null : $"{answer.StatusCode} to a guessed id";
        if (code == "access.forbidden" || code?.EndsWith("outside-area", StringComparison.Ordinal) == true) return $"refused with {code}";
        var foreign = answer.IsSuccessStatusCode ? scene.Things.FirstOrDefault(t => !Scene.Covers(one.Person.Region, t.Region) && text.Contains(t.Id, StringComparison.Ordinal)) : null;
        return foreign is null ? null : $"names {foreign}";
    }

    private static string? CodeOf(HttpResponseMessage answer, string text)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json") return null;
        using var problem = JsonDocument.Parse(text);
        return problem.RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;
    }

    /// <summary>Every refusal is a line of the audit under the name of whoever tried.</summary>
    private async Task AssertRecordedAsync(ConcurrentDictionary<string, int> refused)
    {
        foreach (var (name, times) in refused)
        {
            var recorded = (long)(await server.AskAsync($"select count(*) from audit where actor = '{name}' and (result like '%forbidden' or result like '%outside-area' or result like '%not-found') and action <> 'alarm'"))!;
            Assert.True(recorded >= times, $"{name}: {times} refusals, {recorded} entries");
        }
    }

    private List<Declared> Endpoints() =>
    [
        .. from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           let rule = endpoint.Metadata.GetMetadata<AccessRule>()
           where rule is not null && rule.Permission != Permission.Anonymous
           from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
           let route = "/" + endpoint.RoutePattern.RawText!.Trim('/')
           where !LeftOut.Contains($"{method} {route}")
           select new Declared($"{method} {route}", method, route, rule,
               endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes.FirstOrDefault() ?? "application/json"),
    ];

    private static string Fill(string route, string? parameter = null, string? value = null) => Parameter().Replace(route, m =>
        m.Groups[1].Value == parameter ? value! : m.Value.Contains(":guid", StringComparison.Ordinal) ? $"{Guid.Empty}" : "1");

    [GeneratedRegex(@"\{\**([A-Za-z]+)[^}]*\}")]
    private static partial Regex Parameter();
}
