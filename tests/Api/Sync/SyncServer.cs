using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Sync;

/// <summary>A server with a folder of national exports; it looks for due work only when it starts, and people start the synchronisations of the tests.</summary>
public class SyncServer(PostgresCluster cluster) : ApiServer(cluster)
{
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(2);
    private readonly string extract = Directory.CreateTempSubdirectory("ffp-extract-").FullName;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected override string[] Limits => [.. base.Limits, $"--FangFanPin:Sync:Folder={extract}", "--FangFanPin:Sync:LookEvery=01:00:00", "--FangFanPin:Sync:UnlockedEvery=00:00:00"];

    public RegionTree Tree => Services.GetRequiredService<IRegions>().Tree;

    /// <summary>Replaces the whole extract.</summary>
    public void Put(params (string Name, byte[] Content)[] files)
    {
        foreach (var old in Directory.GetFiles(extract)) File.Delete(old);
        foreach (var (name, content) in files) File.WriteAllBytes(Path.Combine(extract, name), content);
    }

    public void Put(string csv) => Put(("户和成员.csv", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(csv)]));

    /// <returns>The batch and its counties, at rest.</returns>
    public async Task<JsonElement> SyncAsync(HttpClient province, bool full = false)
    {
        using var answer = await province.PostAsync($"/api/v1/sync/batches?full={full}", null, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Ct));
        return await RestAsync(province, (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetString()!);
    }

    public static async Task<JsonElement> RestAsync(HttpClient client, string id)
    {
        var until = DateTime.UtcNow + AtMost;
        while (true)
        {
            var detail = await client.GetFromJsonAsync<JsonElement>($"/api/v1/sync/batches/{id}", Ct);
            if (detail.GetProperty("batch").GetProperty("stage").GetString() is "Done" or "Failed") return detail;
            Assert.True(DateTime.UtcNow < until, $"the synchronisation should have come to rest: {detail}");
            await Task.Delay(50, Ct);
        }
    }

    public async Task<long> CountAsync(string sql) => (long)(await AskAsync(sql))!;

    /// <summary>The newest extract of a county: families of one, two people each.</summary>
    public static string Csv(IEnumerable<Family> families) =>
        string.Concat(families.SelectMany(f => f.Rows()).Prepend(Family.Header).Select(r => r + "\r\n"));
}

/// <summary>A family as the national system prints it: one row per member.</summary>
public sealed record Family(string Code, string Village, string Head)
{
    public const string Header = "户编号,行政区划代码(村级12位),户类型,监测对象类别,风险是否已消除,识别监测时间,致贫/返贫风险1,家庭住址,家庭人口数,人编号,姓名,性别,证件号码,与户主关系";

    public string Type { get; init; } = "脱贫户";
    public string Monitor { get; init; } = "";
    public string Eliminated { get; init; } = "";
    public string Month { get; init; } = "";
    public string Risk { get; init; } = "";
    public string Address { get; init; } = "东组";
    public string Sex { get; init; } = "男";
    public string Certificate { get; init; } = "";
    public int People { get; init; } = 2;

    public IEnumerable<string> Rows() => Enumerable.Range(1, People).Select(i => string.Join(',',
        Code, Village, Type, Monitor, Eliminated, Month, Risk, Address, $"{People}", $"{Code}{i:D2}", i == 1 ? Head : $"{Head}{i}", i == 1 ? Sex : "女", i == 1 ? Certificate : "", i == 1 ? "户主" : "其他"));
}
