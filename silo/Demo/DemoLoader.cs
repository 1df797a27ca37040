using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FangFanPin.Silo.Demo;

/// <summary>
/// Verb <c>demo-load</c>: brings the files of a folder in through the import of a running server, as any user would: sign in, upload without asking for a
/// preview, wait. Asked again for the same region it goes on with the same import, a preview that an older version has left included.
/// </summary>
internal static class DemoLoader
{
    private const string Usage = "用法:demo-load --url 地址 --region 代码 --files 目录 --accounts 文件 --account 账号";
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PrintEvery = TimeSpan.FromSeconds(5);
    /// <summary>A server that restarts is waited for; one that stays away is not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string[] AtRest = ["Previewed", "Done", "Cancelled", "Failed", "Undone"];

    public static async Task<int> RunAsync(string[] args)
    {
        var options = new Dictionary<string, string>();
        for (var i = 0; i + 1 < args.Length; i += 2) options[args[i]] = args[i + 1];
        if (!options.TryGetValue("--url", out var url) || !options.TryGetValue("--region", out var region) || !options.TryGetValue("--files", out var files)
            || !options.TryGetValue("--accounts", out var accounts) || !options.TryGetValue("--account", out var account))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }
        using var client = new HttpClient { BaseAddress = new Uri(url), Timeout = Timeout.InfiniteTimeSpan };
        var session = new Session(client, account, PasswordOf(accounts, account));
        var id = await UploadAsync(session, region, Directory.GetFiles(files, "*.*").Where(f => f.EndsWith(".csv", StringComparison.Ordinal) || f.EndsWith(".xlsx", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        var preview = await FollowAsync(session, id);
        if (Stage(preview) == "Previewed")
        {
            Console.WriteLine($"  预览:{Counts(preview)}");
            await session.SendAsync(() => new HttpRequestMessage(HttpMethod.Post, $"/api/v1/imports/{id}/commit"));
            preview = await FollowAsync(session, id, committed: true);
        }
        Console.WriteLine($"  结果:{Counts(preview)}");
        if (Stage(preview) == "Done") return 0;
        await Console.Error.WriteLineAsync($"导入没有完成:{Stage(preview)} {preview["fault"]?["message"]}");
        return 1;
    }

    private static string PasswordOf(string file, string account) =>
        JsonNode.Parse(File.ReadAllText(file))!.AsArray().First(a => (string?)a!["name"] == account)!["password"]!.GetValue<string>();

    private static async Task<string> UploadAsync(Session session, string region, IEnumerable<string> files)
    {
        var paths = files.ToList();
        Console.WriteLine($"  上传 {paths.Count} 个文件,{paths.Sum(f => new FileInfo(f).Length) / 1048576.0:F1} MB");
        var job = await session.SendAsync(() =>
        {
            var body = new MultipartFormDataContent();
            foreach (var path in paths) body.Add(new StreamContent(File.OpenRead(path)), "files", Path.GetFileName(path));
            // The same files for the same region are the same import, however often this is started.
            return new HttpRequestMessage(HttpMethod.Post, $"/api/v1/imports?region={region}&atOnce=true") { Content = body, Headers = { { "Idempotency-Key", $"demo-{region}" } } };
        });
        return job["id"]!.GetValue<string>();
    }

    private static async Task<JsonNode> FollowAsync(Session session, string id, bool committed = false)
    {
        var (shown, printedAt) = ("", DateTime.MinValue);
        while (true)
        {
            var job = await session.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"/api/v1/imports/{id}"));
            // A terminal shows one line that moves; a file gets a line now and then.
            if (Progress(job) is { Length: > 0 } line && line != shown && (!Console.IsOutputRedirected || DateTime.UtcNow - printedAt > PrintEvery))
            {
                (shown, printedAt) = (line, DateTime.UtcNow);
                if (Console.IsOutputRedirected) Console.WriteLine($"  {line}");
                else Console.Write($"\r  {line,-70}");
            }
            if (AtRest.Contains(Stage(job)) && !(committed && Stage(job) == "Previewed"))
            {
                if (!Console.IsOutputRedirected && shown.Length > 0) Console.WriteLine();
                return job;
            }
            await Task.Delay(LookEvery);
        }
    }

    private static string Stage(JsonNode job) => job["stage"]!.GetValue<string>();

    private static string Progress(JsonNode job)
    {
        if (job["progress"] is not JsonObject progress || progress["total"]!.GetValue<long>() is not (> 0 and var total)) return "";
        var done = progress["done"]!.GetValue<long>();
        var left = progress["secondsLeft"] is JsonValue seconds ? $",剩余约 {seconds.GetValue<double>():F0} 秒" : "";
        var name = Stage(job) switch { "Parsing" when job["atOnce"]?.GetValue<bool>() == true => "导入", "Parsing" or "Previewed" => "解析", _ => "写入" };
        return $"{name} {100.0 * done / total:F0}%({progress["perSecond"]!.GetValue<double>():N0}/秒){left}";
    }

    private static string Counts(JsonNode job) =>
        string.Join(",", job["counts"]!.AsObject().Where(c => c.Value?.GetValueKind() == JsonValueKind.Number && c.Value.GetValue<long>() > 0).Select(c => $"{c.Key} {c.Value!.GetValue<long>():N0}"));

    /// <summary>Signs in when needed and repeats what may be repeated.</summary>
    private sealed class Session(HttpClient client, string account, string password)
    {
        private DateTime signInAgainAt = DateTime.MinValue;

        public async Task<JsonNode> SendAsync(Func<HttpRequestMessage> request)
        {
            var giveUpAt = DateTime.UtcNow + Patience;
            while (true)
            {
                try
                {
                    await SignInAsync();
                    using var answer = await client.SendAsync(request());
                    var body = await answer.Content.ReadAsStringAsync();
                    if (answer.IsSuccessStatusCode) return JsonNode.Parse(body)!;
                    if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout) || DateTime.UtcNow > giveUpAt)
                        throw new InvalidOperationException($"{(int)answer.StatusCode} {body}");
                }
                catch (HttpRequestException) when (DateTime.UtcNow < giveUpAt)
                {
                    signInAgainAt = DateTime.MinValue;
                }
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }

        private async Task SignInAsync()
        {
            if (DateTime.UtcNow < signInAgainAt) return;
            using var answer = await client.PostAsJsonAsync("/api/v1/login", new { name = account, password });
            answer.EnsureSuccessStatusCode();
            var login = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login["token"]!.GetValue<string>());
            // Half of its life is left for what is asked with it.
            signInAgainAt = DateTime.UtcNow + (login["expiresAt"]!.GetValue<DateTimeOffset>().UtcDateTime - DateTime.UtcNow) / 2;
        }
    }
}
