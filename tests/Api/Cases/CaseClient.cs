using System.Net;
using System.Net.Http.Json;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Api.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Cases;

/// <summary>A village with its town and county, people who handle cases there, and a farmer with a phone.</summary>
internal sealed class CaseClient(ApiServer server)
{
    private static int last = Random.Shared.Next(1, 9_000);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public RegionTree Tree => server.Services.GetRequiredService<IRegions>().Tree;

    public static int NextNumber() => Interlocked.Increment(ref last);

    public (string County, string Town, string Village, string Second) Place(int skip = 0)
    {
        var county = Tree.All.Where(r => r.Level == RegionLevel.County && Tree.ChildrenOf(r.Code).Any(t => Tree.ChildrenOf(t.Code).Length > 1)).OrderBy(r => r.Code).Skip(skip).First();
        var town = Tree.ChildrenOf(county.Code).First(t => t.Level == RegionLevel.Town && Tree.ChildrenOf(t.Code).Length > 1);
        var villages = Tree.ChildrenOf(town.Code);
        return (county.Code.ToString(), town.Code.ToString(), villages[0].Code.ToString(), villages[1].Code.ToString());
    }

    public static string Certificate(int number)
    {
        var first17 = $"4114{24 + (number / 1000 % 60):D2}19700101{number % 1000:D3}";
        return first17 + Certificates.CheckDigit(first17);
    }

    public static string Phone(int number) => $"1390000{number % 10000:D4}";

    /// <summary>The token of a village's sheet, as its officer prints it.</summary>
    public static async Task<string> TokenAsync(HttpClient officer, string village) =>
        (await JsonAsync(await officer.GetAsync($"/api/v1/villages/{village}/declare-sheet", Ct))).GetProperty("token").GetString()!;

    /// <summary>Solves a challenge, asks for a code, repeats it.</summary>
    public async Task<HttpClient> PhoneAsync(string token, string phone)
    {
        var client = server.Anonymous();
        var challenge = await JsonAsync(await client.GetAsync("/api/v1/public/challenge", Ct));
        var text = challenge.GetProperty("challenge").GetString()!;
        var body = new { token, phone, challenge = text, solution = Solve(text, challenge.GetProperty("bits").GetInt32()) };
        var sent = await client.PostAsJsonAsync("/api/v1/public/phone-codes", body, Ct);
        Assert.Equal(HttpStatusCode.Accepted, sent.StatusCode);
        var session = await JsonAsync(await client.PostAsJsonAsync("/api/v1/public/phone-sessions", new { phone, code = server.Messages.CodeOf(phone) }, Ct));
        client.DefaultRequestHeaders.Add("X-Phone-Session", session.GetProperty("session").GetString());
        return client;
    }

    public static string Solve(string challenge, int bits)
    {
        for (var i = 0; ; i++)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{challenge}:{i}"));
            if (BitOperations.LeadingZeroCount(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(hash)) >= bits) return i.ToString();
        }
    }

    public static object Declaration(string token, string certificate, object? attachments = null, string name = "张三丰") => new
    {
        token, applicantName = name, applicantIdNumber = certificate, isSelf = true, address = "东组12号", memberCount = 3, declaredIncome = 8000.5m,
        problemTypes = new[] { "01", "08" }, problemText = "家中老人住院,支出很大。", attachments, authorized = true,
    };

    public static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object body, Guid? key = null, long? version = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: JsonSerializerOptions.Default) }; // names as they are: fields are dictionary identifiers
        request.Headers.Add("Idempotency-Key", (key ?? Guid.NewGuid()).ToString());
        if (version is { } seen) request.Headers.TryAddWithoutValidation("If-Match", $"\"{seen}\"");
        return client.SendAsync(request, Ct);
    }

    /// <summary>Acts on the newest version.</summary>
    public static async Task<HttpResponseMessage> ActAsync(HttpClient client, string id, object action) =>
        await PostAsync(client, $"/api/v1/cases/{id}/actions", action, version: await VersionAsync(client, id));

    public static async Task<long> VersionAsync(HttpClient client, string id) =>
        (await JsonAsync(await client.GetAsync($"/api/v1/cases/{id}", Ct))).GetProperty("case").GetProperty("version").GetInt64();

    public static async Task<string> StepAfterAsync(HttpClient client, string id, object action)
    {
        var answer = await ActAsync(client, id, action);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (await JsonAsync(answer)).GetProperty("step").GetString()!;
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(text.Length > 0, $"{answer.RequestMessage?.RequestUri}: {answer.StatusCode} without a body");
        return JsonDocument.Parse(text).RootElement;
    }

    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var json = await JsonAsync(answer);
        Assert.Equal((status, code), (answer.StatusCode, json.TryGetProperty("code", out var c) ? c.GetString() : json.ToString()));
        return json;
    }
}
