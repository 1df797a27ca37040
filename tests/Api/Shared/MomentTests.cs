using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using FangFanPin.Api.Accounts;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Households;
using FangFanPin.Tests.Api.Imports;
using FangFanPin.Tests.Api.Statistics;
using FangFanPin.Tests.Shared;
using Xunit;

namespace FangFanPin.Tests.Api.Shared;

/// <summary>Whatever looks like a moment in an answer is written in one way.</summary>
[Collection(CountyTests.Name)]
public sealed partial class MomentTests(CountyOfHouseholds county)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_moment_in_every_answer_is_utc_with_milliseconds_and_Z()
    {
        using var all = await county.Server.SignInAsync("410000000000", "admin", "importer", "editor");
        const string code = "T88888"; // counts nowhere, so that the figures of other tests stay
        await county.PutAsync(code, new HouseholdFile { Household = new() { HouseholdType = "2" } }, county.Villages[0]);
        await AmendAsync(all, code);
        using var imports = new ImportClient(all, county.County.Code.ToString());
        var import = await imports.UploadAsync(HostileFiles.Header, ["M" + code, county.Villages[0].Code.ToString(), "1", "M" + code + "-1", "张三", "男"]);
        await imports.StepAsync(import.Id, "cancel");
        await RecountAsync(all);

        var region = county.County.Code;
        var seen = new Dictionary<string, int>();
        foreach (var path in new[]
        {
            $"/households?region={region}", $"/households/{code}", $"/households/{code}/history", $"/households/{code}/history/1", $"/households/{code}/fields/NationalUpdatedAt/history",
            $"/regions/{region}/statistics/1", $"/regions/{region}/statistics/1/households?cell=persons", "/recount", "/imports", $"/imports/{import.Id}",
        })
            seen[path] = Check(path, await all.GetStringAsync($"/api/v1{path}", Ct));
        Assert.All(seen, s => Assert.True(s.Value > 0, $"{s.Key} should have a moment in it"));
        Check("events", await all.GetStringAsync($"/api/v1/imports/{import.Id}/events", Ct));
        Check("login", await LoginAsync());
        Check("openapi", await all.GetStringAsync("/openapi/v1.json", Ct));
    }

    [Fact]
    public void No_answer_has_a_moment_of_a_kind_that_does_not_know_its_offset()
    {
        var faults = typeof(Moments).Assembly.GetTypes().Where(t => t.Name.EndsWith("Response", StringComparison.Ordinal))
            .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance)).Where(p => (Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType) == typeof(DateTime));
        Assert.Empty(faults.Select(p => $"{p.DeclaringType!.Name}.{p.Name}"));
    }

    [Fact]
    public void What_lies_below_a_millisecond_is_cut_and_offsets_are_turned_to_utc() =>
        Assert.Equal("2026-03-02T00:30:00.123Z", Moments.Text(new DateTimeOffset(2026, 3, 2, 8, 30, 0, 123, 999, TimeSpan.FromHours(8))));

    /// <returns>How many moments there were.</returns>
    private static int Check(string path, string text)
    {
        var moments = Looks().Matches(text).Select(m => m.Value).ToList();
        Assert.All(moments, m => Assert.True(Form().IsMatch(m), $"{path}: {m}"));
        return moments.Count;
    }

    /// <summary>Until a round has begun.</summary>
    private static async Task RecountAsync(HttpClient client)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        await client.PostAsync("/api/v1/recount", null, deadline.Token);
        while (!(await client.GetStringAsync("/api/v1/recount", deadline.Token)).Contains("startedAt", StringComparison.Ordinal)) await Task.Delay(50, deadline.Token);
    }

    private static async Task AmendAsync(HttpClient client, string code)
    {
        using var now = await client.GetAsync($"/api/v1/households/{code}", Ct);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands")
        {
            Content = JsonContent.Create(new { kind = "amend", Fields = new { NationalUpdatedAt = "2026-03-02 08:30:00" } }, options: JsonSerializerOptions.Default),
        };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Headers.TryAddWithoutValidation("If-Match", now.Headers.ETag!.Tag);
        using var answer = await client.SendAsync(request, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private async Task<string> LoginAsync()
    {
        using var client = county.Server.Anonymous();
        using var answer = await client.PostAsJsonAsync("/api/v1/login", new LoginRequest(await county.Server.CreateAccountAsync("410000000000", ["viewer"]), ApiServer.Password), Ct);
        return await answer.Content.ReadAsStringAsync(Ct);
    }

    /// <summary>A date and a time in whatever form, up to the end of the text that it stands in.</summary>
    [GeneratedRegex(@"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}[^""\\]*")] private static partial Regex Looks();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$")] private static partial Regex Form();
}
