using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using FangFanPin.Domain.Accounts;
using FangFanPin.Silo.Accounts;

namespace FangFanPin.Tests.Bench.Host;

/// <summary>The demonstration accounts of this run's database.</summary>
internal static class BenchAccounts
{
    public static async Task<string> TokenAsync(BenchHost host, string account)
    {
        var known = await ReadAsync(host, account);
        // Who takes data out has a second factor; its code comes only once in half a minute, and one measurement signs in once.
        var code = (string?)known["totpSecret"] is { } secret ? Totp.Code(Totp.Secret(secret), Totp.StepAt(DateTimeOffset.UtcNow)) : null;
        using var http = new HttpClient { BaseAddress = host.Address };
        var answer = await http.PostAsJsonAsync("/api/v1/login", new { name = account, password = (string)known["password"]!, code });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
    }

    public static async Task<HttpClient> ClientAsync(BenchHost host, string account)
    {
        var http = new HttpClient { BaseAddress = host.Address, Timeout = TimeSpan.FromMinutes(10) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(host, account));
        return http;
    }

    private static async Task<JsonNode> ReadAsync(BenchHost host, string account)
    {
        var file = Path.Combine(host.Folder, "accounts.json");
        var output = Console.Out;
        Console.SetOut(TextWriter.Null); // passwords are nobody's business here
        try
        {
            await DemoAccounts.RunAsync(["--file", file, "--connection", host.Connection]);
        }
        finally
        {
            Console.SetOut(output);
        }
        return JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsArray().Single(a => (string?)a!["name"] == account)!;
    }
}
