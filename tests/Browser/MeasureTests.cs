using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain.Accounts;
using FangFanPin.Tests.Api.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Browser;

/// <summary>W4 on phones: the measures of a household that came monitored from elsewhere.</summary>
[Collection(WalkServer.Collection)]
public sealed class MeasureTests(WalkServer server, Browsers browsers)
{
    /// <summary>Something against every risk there is.</summary>
    private static readonly string[] Items = ["0101", "0401", "0501", "0601", "0704", "0801", "1001", "1199"];

    [Fact]
    public async Task A_village_proposes_measures_the_town_confirms_them_and_the_village_sees_them_to_their_end()
    {
        var household = await MonitoredAsync();
        await server.Services.GetRequiredService<IGrainFactory>().GetGrain<ICaseShardGrain>(ICaseShardGrain.KeyOf(0)).WorkOffAsync();
        var id = (string?)await server.AskAsync($"select id from case_file where kind = 'measures' and household = '{household}'");
        Assert.True(id is not null, "a monitored household without measures has no case for them");
        await using var village = await OfficerAsync("measures-village", WalkServer.Fourth, RoleNames.Informant);
        await village.OpenAsync($"/m/case/{id}");
        await village.StepIsAsync("待村制定措施");
        await village.PictureAsync("waiting", whole: true);
        await village.ActAsync("propose-measures", async () =>
        {
            for (var i = 0; i < Items.Length; i++) await village.ChooseAsync($"Item{i + 1}", Items[i]);
            await village.FillAsync("Remark8", "邻里结对");
        }, picture: "propose");
        await village.StepIsAsync("待乡确认措施");

        await using var town = await OfficerAsync("measures-town", WalkServer.Town, RoleNames.Reviewer);
        await town.OpenAsync($"/m/case/{id}");
        await town.PictureAsync("confirming", whole: true);
        await town.ActAsync("approve");
        await town.StepIsAsync("措施实施中");

        await village.PressAsync("刷新");
        await village.ActAsync("start-measure", () => village.Page.Locator("select[name=MeasureId]").SelectOptionAsync(new Microsoft.Playwright.SelectOptionValue { Index = 1 }), picture: "start");
        await village.ActAsync("note-progress", () => village.FillAsync("Opinion", "种苗已发放,长势良好。"), picture: "note");
        await village.ActAsync("end-measure", async () =>
        {
            await village.Page.Locator("select[name=MeasureId]").SelectOptionAsync(new Microsoft.Playwright.SelectOptionValue { Index = 1 });
            await village.ChooseAsync("Status", "4");
            await village.FillAsync("Opinion", "农户自愿退出。");
        }, picture: "end");
        await village.SeesAsync("已终止");
        await village.SeesAsync("种苗已发放");
        await village.PictureAsync("running", whole: true);
    }

    /// <summary>Recognised elsewhere, with nothing decided.</summary>
    private async Task<string> MonitoredAsync()
    {
        var code = $"M{Guid.NewGuid():N}"[..20];
        using var officer = await server.SignInAsync(WalkServer.Fourth, RoleNames.Informant);
        object[] commands =
        [
            new { kind = "register", Fields = new { AreaCode = WalkServer.Fourth, HeadName = "蒋满囤" }, Members = new[] { new { PersonCode = code + "01", Name = "蒋满囤", Relation = "01", Labor = "1" } } },
            new { kind = "identify-risk", EpisodeId = Guid.NewGuid().ToString(), Fields = new { MonitorCategory = "1", RiskType1 = "01", RecognizedMonth = "202501" } },
        ];
        for (var i = 0; i < commands.Length; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands") { Content = JsonContent.Create(commands[i], options: JsonSerializerOptions.Default) };
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            if (i > 0) request.Headers.TryAddWithoutValidation("If-Match", $"\"{i}\"");
            using var answer = await officer.SendAsync(request);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
        return code;
    }

    private async Task<Phone> OfficerAsync(string name, string region, string role)
    {
        var phone = await browsers.PhoneAsync(server.Address, name);
        await phone.OpenAsync("/m/");
        await phone.SignInAsync(await server.CreateAccountAsync(region, [role]), ApiServer.Password);
        await phone.Page.Locator(".counts").WaitForAsync();
        return phone;
    }
}
