using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Domain.Accounts;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
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

    private static Task<HttpResponseMessage> RotateAsync(HttpClient client, string? code) =>
        client.PostAsJsonAsync("/api/v1/keys/rotations", new { suite = "National", code }, Ct);

    private static async Task<JsonElement> KeysAsync(HttpClient client) => await client.GetFromJsonAsync<JsonElement>("/api/v1/keys", Ct);
}
