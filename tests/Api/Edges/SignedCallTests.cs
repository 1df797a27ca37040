using System.Net;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Tests.Api.Shared;
using Xunit;

namespace FangFanPin.Tests.Api.Edges;

/// <summary>The caller's side is written out here from the description, so that the two cannot agree on a mistake.</summary>
public sealed class SignedCallTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Path = "/api/v1/regions/411424000000";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record Call(string Method = "GET", string Target = Path, string Body = "")
    {
        public string System { get; init; } = "civil-affairs";
        public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;
        public string Nonce { get; init; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        public byte[] Key { get; init; } = ApiServer.SystemKey;
        public string? SentTarget { get; init; }
        public string? SentBody { get; init; }

        public HttpRequestMessage Request()
        {
            var (time, hash) = ($"{At.ToUnixTimeSeconds()}", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Body))));
            var request = new HttpRequestMessage(new HttpMethod(Method), SentTarget ?? Target);
            request.Headers.Add("X-Ffp-System", System);
            request.Headers.Add("X-Ffp-Time", time);
            request.Headers.Add("X-Ffp-Nonce", Nonce);
            request.Headers.Add("X-Ffp-Content-SHA256", hash);
            request.Headers.Add("X-Ffp-Signature", Convert.ToHexStringLower(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes($"{Method}\n{Target}\n{time}\n{Nonce}\n{hash}"))));
            if (Method != "GET") request.Content = new StringContent(SentBody ?? Body, Encoding.UTF8, "application/json");
            return request;
        }
    }

    [Fact]
    public async Task A_signed_call_gets_what_its_roles_and_area_allow_and_no_more()
    {
        Assert.Equal(HttpStatusCode.OK, await SendAsync(new Call()));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(new Call(Target: "/api/v1/regions/411425000000")));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(new Call("POST", $"{Path}/rename", """{"name":"x"}""")));
        Assert.True((long)(await server.AskAsync("select count(*) from audit where actor = 'system:civil-affairs' and result = 'access.outside-area'"))! > 0);
    }

    [Fact]
    public async Task A_call_that_comes_twice_is_refused_also_if_many_come_at_once()
    {
        var call = new Call();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => SendAsync(call)));
        Assert.Single(answers, HttpStatusCode.OK);
        Assert.Equal(11, answers.Count(a => a == HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task What_was_not_signed_is_refused()
    {
        Call[] bad =
        [
            new() { Key = RandomNumberGenerator.GetBytes(32) }, new() { System = "nobody" }, new() { Nonce = "short" },
            new() { At = DateTimeOffset.UtcNow.AddMinutes(-6) }, new() { At = DateTimeOffset.UtcNow.AddMinutes(6) },
            new() { SentTarget = $"{Path}/children" }, new() { SentTarget = $"{Path}?x=1" },
            new("POST", $"{Path}/rename", """{"name":"x"}""") { SentBody = """{"name":"y"}""" },
        ];
        foreach (var call in bad) Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(call));
        Assert.True((long)(await server.AskAsync("select count(*) from audit where result = 'signed-call-refused'"))! >= bad.Length);
    }

    [Fact]
    public async Task A_forged_call_does_not_use_up_the_nonce_of_a_good_one()
    {
        var good = new Call();
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(good with { Key = RandomNumberGenerator.GetBytes(32) }));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(good));
    }

    private async Task<HttpStatusCode> SendAsync(Call call)
    {
        using var client = server.Anonymous();
        using var request = call.Request();
        return (await client.SendAsync(request, Ct)).StatusCode;
    }
}
