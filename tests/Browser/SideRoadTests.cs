using FangFanPin.Domain.Accounts;
using FangFanPin.Tests.Api.Shared;
using Microsoft.Playwright;
using Xunit;

namespace FangFanPin.Tests.Browser;

/// <summary>What may happen on the way: supplement, objection, return, refusal and appeal, withdrawal, batches, urging.</summary>
[Collection(WalkServer.Collection)]
public sealed class SideRoadTests(WalkServer server, Browsers browsers)
{
    [Fact]
    public async Task A_declaration_is_supplemented_objected_to_returned_refused_and_appealed()
    {
        await using var village = await OfficerAsync("side-village", WalkServer.Second, RoleNames.Informant);
        await using var farmer = await browsers.PhoneAsync(server.Address, "side-farmer");
        var person = Farmer.New("孙长贵", await AddressAsync(village));
        var query = await person.DeclareAsync(farmer, server);

        await village.OpenCaseAsync(person.Name);
        await village.ActAsync("accept");
        await village.ActAsync("judge", async () =>
        {
            await village.ChooseAsync("Result", "3");
            await village.FillAsync("Opinion", "请补充住院发票。");
        }, picture: "supplement");
        await village.StepIsAsync("退回补正");
        await SupplementAsync(farmer, query);
        await village.Page.ReloadAsync();
        await village.ActAsync("accept");
        await village.ActAsync("judge", village.FitsAsync);
        await village.ActAsync("start-publicity", () => village.FillAsync("ReviewAttendance", "6"));

        await ObjectAsync(person);
        await village.PressAsync("刷新");
        await village.SeesAsync("有异议待答复");
        await village.PictureAsync("objection", whole: true);
        await village.ActAsync("answer-objection", async () =>
        {
            await village.ChooseAsync("Upheld", "false");
            await village.FillAsync("Opinion", "经核实异议不成立。");
        }, picture: "answer");

        server.Clock.Forward(TimeSpan.FromDays(5));
        await using var later = await OfficerAsync("side-later", WalkServer.Second, RoleNames.Informant);
        await later.OpenCaseAsync(person.Name);
        await later.ActAsync("end-publicity");
        await RefusedByTownAsync(later, person.Name);
        await AppealAsync(farmer);
    }

    private static async Task SupplementAsync(Phone farmer, string query)
    {
        await farmer.OpenAsync($"/m/progress/{query}");
        await farmer.StepIsAsync("退回补正");
        await farmer.SeesAsync("请补充住院发票。");
        await farmer.PressAsync("补充说明并重新提交");
        await farmer.Page.Locator("textarea").FillAsync("住院发票已交村委会,自付 41200 元。");
        await farmer.PictureAsync("supplement", whole: true);
        await farmer.PressAsync("提交");
        await farmer.StepIsAsync("待村核实");
        await farmer.PictureAsync("supplemented");
    }

    private async Task ObjectAsync(Farmer about)
    {
        await using var neighbour = await browsers.PhoneAsync(server.Address, "side-neighbour");
        await neighbour.OpenAsync(about.Address);
        await neighbour.Page.GetByText("本村公示").ClickAsync();
        await neighbour.SeesAsync(about.Name);
        await neighbour.PictureAsync("publicity");
        await neighbour.Page.Locator(".now", new() { HasText = about.Name }).Locator("[data-object]").ClickAsync();
        await Farmer.New("邻居", about.Address).ProveAsync(neighbour, server);
        await neighbour.FillAsync("objection", "他家去年在县城买了房。");
        await neighbour.PictureAsync("objection");
        await neighbour.PressAsync("提交异议");
        await neighbour.SeesAsync("异议已提交");
        await neighbour.PictureAsync("objected");
    }

    /// <summary>Sent up, taken back, sent up, returned, sent up again, and then refused.</summary>
    private async Task RefusedByTownAsync(Phone village, string person)
    {
        await village.ActAsync("withdraw", picture: "withdraw");
        await village.StepIsAsync("村评议公示中");
        await village.ActAsync("end-publicity");
        await using var town = await OfficerAsync("side-town", WalkServer.Town, RoleNames.Reviewer);
        await town.OpenCaseAsync(person);
        await town.ActAsync("return", async () => await town.FillAsync("Opinion", "请补评议记录。"), picture: "return");
        await town.StepIsAsync("村评议公示中");
        await village.Page.ReloadAsync();
        await village.SeesAsync("请补评议记录。");
        await village.ActAsync("end-publicity");
        await town.Page.ReloadAsync();
        await town.ActAsync("reject", () => town.FillAsync("Opinion", "家庭有商品房,不符合纳入条件。"), picture: "reject");
        await town.StepIsAsync("不予纳入");
    }

    private static async Task AppealAsync(Phone farmer)
    {
        await farmer.PressAsync("刷新");
        await farmer.StepIsAsync("不予纳入");
        await farmer.PictureAsync("refused", whole: true);
        await farmer.PressAsync("提出申诉");
        await farmer.Page.Locator("textarea").FillAsync("所说房屋不是我家的。");
        await farmer.PressAsync("提交");
        await farmer.StepIsAsync("村核实中");
        await farmer.PictureAsync("appealed", whole: true);
    }

    [Fact]
    public async Task An_applicant_meets_the_own_open_case_urges_once_a_day_and_withdraws()
    {
        await using var village = await OfficerAsync("withdraw-village", WalkServer.Second, RoleNames.Informant);
        var person = Farmer.New("周满仓", await AddressAsync(village));
        await using var farmer = await browsers.PhoneAsync(server.Address, "withdraw-farmer");
        var query = await person.DeclareAsync(farmer, server);
        Assert.Equal(query, await SecondTimeAsync(person, farmer));
        await farmer.PictureAsync("duplicate", whole: true);
        await farmer.OpenAsync("/m/progress");
        await farmer.PictureAsync("ask");
        await farmer.FillAsync("code", "AAAA BBBB CCCC");
        await farmer.PressAsync("查询");
        await farmer.Page.Locator(".fault").WaitForAsync();
        await farmer.PictureAsync("unknown-code");
        await farmer.FillAsync("code", query.ToLowerInvariant());
        await farmer.PressAsync("查询");
        await farmer.StepIsAsync("待村核实");
        await farmer.PressAsync("催办");
        await farmer.SeesAsync("已催办");
        await farmer.PressAsync("催办");
        await farmer.SeesAsync("今天已经催办过");
        await farmer.PictureAsync("urged", whole: true);
        farmer.Page.Dialog += (_, dialog) => dialog.AcceptAsync();
        await farmer.PressAsync("撤回申报");
        await farmer.StepIsAsync("已撤回");
        await farmer.PictureAsync("withdrawn");
    }

    /// <summary>The number behind a phone that asks again within a minute gets no second message: the session of the page is gone, so a minute passes.</summary>
    private async Task<string> SecondTimeAsync(Farmer person, Phone farmer)
    {
        server.Clock.Forward(TimeSpan.FromMinutes(2));
        return await person.DeclareAsync(farmer, server);
    }

    [Fact]
    public async Task A_village_accepts_many_at_once_and_the_town_urges_what_is_late()
    {
        await using var village = await OfficerAsync("batch-village", WalkServer.Third, RoleNames.Informant);
        var address = await AddressAsync(village);
        string[] names = ["吴大山", "郑小河", "冯石头"];
        foreach (var name in names)
        {
            await using var farmer = await browsers.PhoneAsync(server.Address, "batch-farmer");
            await Farmer.New(name, address).DeclareAsync(farmer, server);
        }
        village.Page.Dialog += (_, dialog) => dialog.AcceptAsync();
        foreach (var name in names) await Assertions.Expect(village.Page.Locator(".card", new() { HasText = name })).ToHaveCountAsync(1);
        await village.PressAsync("批量");
        foreach (var name in names[..2]) await village.Page.Locator(".card", new() { HasText = name }).ClickAsync();
        await village.PictureAsync("chosen");
        await village.PressAsync("批量受理(2)");
        await village.SeesAsync("2 件已办");
        await village.PictureAsync("accepted");

        server.Clock.Forward(TimeSpan.FromDays(2));
        await using var town = await OfficerAsync("batch-town", WalkServer.Town, RoleNames.Reviewer);
        await town.PressAsync("查询");
        await town.PressAsync("未受理");
        await town.SeesAsync(names[2]);
        await town.PictureAsync("unaccepted");
        await town.PressAsync("受理未办结");
        await town.SeesAsync(names[0]);
        await town.PictureAsync("open");
        await ProxyAsync(town);
        await town.OpenAsync("/m/");
        await town.PressAsync("查询");
        await town.PressAsync("受理未办结");
        await town.OpenCaseAsync(names[0]);
        await town.ActAsync("urge", picture: "urge");
        await town.SeesAsync("催办");
        await using var late = await OfficerAsync("batch-late", WalkServer.Third, RoleNames.Informant);
        await late.SeesAsync("逾期");
        await late.PictureAsync("overdue");
    }

    /// <summary>A town's officer declares for somebody without a phone: the village is chosen, not typed.</summary>
    private static async Task ProxyAsync(Phone town)
    {
        var person = Farmer.New("何阿婆", "");
        await town.PressAsync("发起");
        await town.PictureAsync("openings");
        await town.Page.Locator("form.form button[type=submit]").ClickAsync();
        await town.SeesAsync("请填写:");
        await town.ChooseAsync("Village", WalkServer.Third);
        await town.FillAsync("ApplicantName", person.Name);
        await town.FillAsync("ApplicantIdNumber", person.Certificate);
        await town.FillAsync("ApplicantPhone", person.Mobile);
        await town.FillAsync("Address", "南组 3 号");
        await town.FillAsync("MemberCount", "2");
        await town.ChooseAsync("ProblemType", "01");
        await town.FillAsync("ProblemText", "独居老人,慢病用药支出大。");
        await town.Page.Locator("[name=Authorized]").CheckAsync();
        await town.PictureAsync("proxy", whole: true);
        await town.Page.Locator("form.form button[type=submit]").ClickAsync();
        await town.StepIsAsync("待村核实");
        await town.SeesAsync(person.Name);
        await town.PictureAsync("proxied", whole: true);
    }

    private async Task<Phone> OfficerAsync(string name, string region, string role)
    {
        var account = await server.CreateAccountAsync(region, [role]);
        var phone = await browsers.PhoneAsync(server.Address, name);
        await phone.OpenAsync("/m/");
        await phone.SignInAsync(account, ApiServer.Password);
        await phone.Page.Locator(".counts").WaitForAsync();
        return phone;
    }

    private static async Task<string> AddressAsync(Phone village)
    {
        await village.PressAsync("我的");
        await village.PressAsync("本村申报二维码(打印)");
        var address = await village.ScanAsync();
        await village.PressAsync("待办");
        return address;
    }
}
