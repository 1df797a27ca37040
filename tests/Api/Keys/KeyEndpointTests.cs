using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Domain.Accounts;
using FangFanPin.Storage.Audit;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace FangFanPin.Tests.Api.Keys;

/// <summary>Exchanging keys as the security administrator does it, in a server that goes on answering.</summary>
public sealed class QuickKeys(PostgresCluster cluster) : ApiServer(cluster)
{
    protected override string[] Limits => [.. base.Limits, "--FangFanPin:Keys:Grace=00:00:01"];
}

public sealed class KeyEndpointTests(QuickKeys server) : IClassFixture<QuickKeys>
{
    private const string Province = "410000000000";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_security_administrator_exchanges_keys_with_a_fresh_code_and_sees_it_through()
    {
        var name = await server.CreateAccountAsync(Province, [RoleNames.SecurityAdmin]);
        using var client = await server.SignInAsync(name);
        using var system = await server.SignInAsync(Province, RoleNames.SystemAdmin);
        using var county = await server.SignInAsync("411424000000", RoleNames.SecurityAdmin);
        foreach (var other in new[] { system, county }) Assert.Equal(HttpStatusCode.Forbidden, (await RotateAsync(other, "000000")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await RotateAsync(client, "000000")).StatusCode);
        Assert.Equal(1, (await KeysAsync(client)).GetProperty("seals").GetArrayLength());

        var started = await RotateAsync(client, await server.NextCodeAsync(name));
        Assert.True(started.StatusCode == HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync(Ct));
        Assert.Equal(1L, await server.AskAsync($"select count(*) from audit where actor = '{name}' and action = '更换密钥' and object = 'National' and result = 'ok'"));
        Assert.Equal(HttpStatusCode.Conflict, (await RotateAsync(client, await server.NextCodeAsync(name))).StatusCode);

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        JsonElement keys;
        while ((keys = await KeysAsync(client)).GetProperty("rotations")[0].GetProperty("stage").GetString() != "done") await Task.Delay(100, deadline.Token);
        Assert.Equal([(1, "International", false), (2, "National", true)],
            keys.GetProperty("seals").EnumerateArray().Select(k => (k.GetProperty("id").GetInt32(), k.GetProperty("suite").GetString()!, k.GetProperty("inUse").GetBoolean())));
        Assert.Equal(0, keys.GetProperty("rotations")[0].GetProperty("leftOver").GetInt64());
        // Numbers and names alone: a key has 44 characters.
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(server.Folder, "keys.json"), Ct));
        foreach (var key in file.RootElement.GetProperty("seals").EnumerateArray().Concat(file.RootElement.GetProperty("indexes").EnumerateArray()))
            Assert.DoesNotContain(key.GetProperty("bytes").GetString()!, keys.ToString(), StringComparison.Ordinal);
        var metrics = await client.GetStringAsync("/metrics", Ct);
        Assert.Contains("ffp_keys_rotation_open", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_an_exchange_of_the_token_key_tokens_that_are_out_live_as_long_as_they_would_have_and_the_old_key_signs_nobody_in()
    {
        var name = await server.CreateAccountAsync(Province, [RoleNames.SecurityAdmin]);
        using var client = await server.SignInAsync(name);
        var stolen = Convert.FromHexString((await File.ReadAllTextAsync(Path.Combine(server.Folder, "token.key"), Ct)).Split('\n')[0].Split(' ')[0]);
        var session = new JsonWebTokenHandler().ReadJsonWebToken(client.DefaultRequestHeaders.Authorization!.Parameter).GetClaim("sid").Value;
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("/api/v1/keys/tokens", new { code = "000000" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsJsonAsync("/api/v1/keys/tokens", new { code = await server.NextCodeAsync(name) }, Ct)).StatusCode);
        Assert.Equal(1L, await server.AskAsync($"select count(*) from audit where actor = '{name}' and action = '更换令牌密钥' and result = 'ok'"));

        using var fresh = await server.SignInAsync(name);
        using var old = server.Anonymous();
        old.DefaultRequestHeaders.Authorization = new("Bearer", Forged(stolen, server.Clock.GetUtcNow()));
        foreach (var one in new[] { client, fresh, old }) Assert.Equal(HttpStatusCode.OK, (await one.GetAsync("/api/v1/me", Ct)).StatusCode);
        // Whoever has the old key can go on making tokens, but they are believed no longer than those that were out.
        server.Clock.Shift += TimeSpan.FromMinutes(11);
        try
        {
            old.DefaultRequestHeaders.Authorization = new("Bearer", Forged(stolen, server.Clock.GetUtcNow()));
            Assert.Equal(HttpStatusCode.Unauthorized, (await old.GetAsync("/api/v1/me", Ct)).StatusCode);
            using var later = await server.SignInAsync(name);
            Assert.Equal(HttpStatusCode.OK, (await later.GetAsync("/api/v1/me", Ct)).StatusCode);
        }
        finally
        {
            server.Clock.Shift -= TimeSpan.FromMinutes(11);
        }

        string Forged(byte[] key, DateTimeOffset now) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "fangfanpin", Audience = "fangfanpin", NotBefore = now.UtcDateTime, Expires = now.UtcDateTime.AddMinutes(10),
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(key), SecurityAlgorithms.HmacSha256),
            Claims = new Dictionary<string, object> { ["sub"] = name, ["sid"] = session, ["region"] = Province, ["role"] = new[] { RoleNames.SecurityAdmin }, ["display"] = "x", ["change-password"] = "false", ["set-up-totp"] = "false" },
        });
    }

    [Fact]
    public async Task The_audits_signing_key_is_exchanged_while_the_server_seals_and_everything_still_verifies()
    {
        var name = await server.CreateAccountAsync(Province, [RoleNames.SecurityAdmin]);
        using var client = await server.SignInAsync(name);
        using var inspector = await server.SignInAsync(Province, RoleNames.AuditAdmin);
        Assert.Equal(HttpStatusCode.Forbidden, (await inspector.PostAsJsonAsync("/api/v1/keys/audit", new { code = "000000" }, Ct)).StatusCode);
        var answer = await client.PostAsJsonAsync("/api/v1/keys/audit", new { code = await server.NextCodeAsync(name) }, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        var fingerprint = (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("fingerprint").GetString();
        using var key = CheckpointKey.ToVerify(server.Folder);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (new CheckpointFile(server.Folder).Last() is not { } last || key.NumberOf(last.Chain, last.Signature) != 1)
        {
            await client.GetAsync("/api/v1/keys", Ct); // recorded, and so sealed
            await Task.Delay(100, deadline.Token);
        }
        var report = (await inspector.GetFromJsonAsync<AuditReport>("/api/v1/audit/verification?from=1", new JsonSerializerOptions(JsonSerializerDefaults.Web), Ct))!;
        Assert.DoesNotContain(report.Faults, f => f.Kind != AuditFaults.FileCut); // the newest line may be on its way
        Assert.Equal(64, fingerprint!.Length);
    }

    private static Task<HttpResponseMessage> RotateAsync(HttpClient client, string? code) =>
        client.PostAsJsonAsync("/api/v1/keys/rotations", new { suite = "National", code }, Ct);

    private static async Task<JsonElement> KeysAsync(HttpClient client) => await client.GetFromJsonAsync<JsonElement>("/api/v1/keys", Ct);
}
