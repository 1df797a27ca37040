using System.Collections.Concurrent;
using System.Net.Http.Json;
using FangFanPin.Domain.Accounts;
using FangFanPin.Tests.Api.Shared;
using Microsoft.Playwright;
using Xunit;

namespace FangFanPin.Tests.Browser;

/// <summary>A cadre's phone where there is no network, and a farmer's where there is little.</summary>
[Collection(WalkServer.Collection)]
public sealed class VisitTests(WalkServer server, Browsers browsers)
{
    /// <summary>What a slow network carries in a few seconds.</summary>
    private const int DeclareBytesMost = 100_000;

    [Fact]
    public async Task A_visit_made_without_a_network_is_reported_once_there_is_one_and_opens_a_case()
    {
        await using var phone = await browsers.PhoneAsync(server.Address, "visit");
        var account = await server.CreateAccountAsync(WalkServer.Fourth, [RoleNames.Informant]);
        await phone.OpenAsync("/m/");
        await phone.SignInAsync(account, ApiServer.Password);
        await phone.PressAsync("走访");
        await phone.PictureAsync("empty");
        await phone.PressAsync("保存并上报");
        await phone.SeesAsync("请选择农户。");
        var head = await PickAsync(phone);

        await phone.Context.SetOfflineAsync(true);
        await phone.SeesAsync("当前没有网络");
        await phone.FillAsync("findings", "户主住院,家中无人干活,药费自付三万元。");
        await phone.Page.Locator("[name=risk]").CheckAsync();
        await phone.PictureAsync("offline");
        await phone.PressAsync("保存在本机");
        await Assertions.Expect(phone.Page.Locator("[data-unsent]")).ToContainTextAsync("药费自付三万元");
        await phone.PictureAsync("kept", whole: true);

        await phone.Context.SetOfflineAsync(false);
        await Assertions.Expect(phone.Page.Locator("[data-unsent]")).ToBeHiddenAsync(new() { Timeout = 20_000 });
        await phone.PressAsync("待办");
        await phone.SeesAsync(head);
        await phone.OpenCaseAsync(head);
        await phone.StepIsAsync("村核实中");
        await phone.PictureAsync("case", whole: true);
    }

    /// <summary>A household that is not monitored yet, found by its head's name.</summary>
    private async Task<string> PickAsync(Phone phone)
    {
        await phone.FillAsync("household", "不存在的人");
        await phone.SeesAsync("没有这个姓名");
        await phone.PictureAsync("nobody");
        var head = (string)(await server.AskAsync($"select head_name from household where village = '{WalkServer.Fourth}' and monitor_category is null and status = '1' order by code limit 1"))!;
        await phone.FillAsync("household", head);
        var found = phone.Page.Locator(".picks button", new() { HasText = head }).First;
        await found.WaitForAsync();
        await phone.PictureAsync("found");
        await found.ClickAsync();
        return head;
    }

    [Fact]
    public async Task The_declaration_page_is_small_and_keeps_what_was_typed_when_the_network_goes()
    {
        await using var phone = await browsers.PhoneAsync(server.Address, "slow");
        var token = await TokenAsync(WalkServer.Third);
        var finished = new ConcurrentQueue<Microsoft.Playwright.IRequest>();
        phone.Page.RequestFinished += (_, request) => finished.Enqueue(request);
        await phone.OpenAsync($"/m/declare/{token}");
        await phone.SeesAsync("双庙杨村");
        await phone.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var bytes = 0;
        foreach (var request in finished) bytes += await BytesAsync(request);
        Assert.Contains(finished, r => r.ResourceType == "script");
        Assert.InRange(bytes, 1, DeclareBytesMost);
        TestContext.Current.TestOutputHelper?.WriteLine($"declare page: {bytes} bytes");

        await phone.FillAsync("name", "高守田");
        await phone.FillAsync("text", "收成不好。");
        await phone.Context.SetOfflineAsync(true);
        await phone.SeesAsync("当前没有网络");
        await phone.FillAsync("phone", "13900000001");
        await phone.PressAsync("获取验证码");
        await phone.SeesAsync("网络不通");
        await phone.PictureAsync("offline");
        await phone.Context.SetOfflineAsync(false);
        await phone.Page.ReloadAsync();
        await Assertions.Expect(phone.Page.Locator("[name=name]")).ToHaveValueAsync("高守田");
        await phone.OpenAsync("/m/declare/411424001203-WRONGAAA");
        await phone.Page.Locator(".fault").WaitForAsync();
        await phone.PictureAsync("wrong-code");
    }

    /// <summary>As they went over the network, headers and all. Asked when everything has arrived, because a handler's own answer may come after the sum.</summary>
    private static async Task<int> BytesAsync(Microsoft.Playwright.IRequest request)
    {
        var sizes = await request.SizesAsync();
        return sizes.ResponseBodySize + sizes.ResponseHeadersSize;
    }

    private async Task<string> TokenAsync(string village)
    {
        using var officer = await server.SignInAsync(village, RoleNames.Informant);
        var sheet = await officer.GetFromJsonAsync<System.Text.Json.JsonElement>($"/api/v1/villages/{village}/declare-sheet");
        return sheet.GetProperty("token").GetString()!;
    }
}
