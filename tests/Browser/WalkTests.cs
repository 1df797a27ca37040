using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace FangFanPin.Tests.Browser;

/// <summary>From the sheet on the village's wall to the county's figure, each on a phone of their own.</summary>
[Collection(WalkServer.Collection)]
public sealed class WalkTests(WalkServer server, Browsers browsers)
{
    private const string Applicant = "钱有福";

    [Fact]
    public async Task A_declaration_by_QR_code_walks_through_village_town_and_county_into_the_countys_figure()
    {
        await using var viewer = await browsers.PhoneAsync(server.Address, "county-figures");
        await using var village = await browsers.PhoneAsync(server.Address, "village");
        await using var farmer = await browsers.PhoneAsync(server.Address, "farmer");
        var before = await FigureAsync(viewer);
        var address = await SheetAsync(village);
        // The list of to-dos stays open while the farmer declares: it must hear of it by itself.
        await village.PressAsync("待办");
        await village.SeesAsync("没有业务");
        await village.PictureAsync("nothing-to-do");
        var query = await DeclareAsync(farmer, address);

        await village.SeesAsync(Applicant);
        await village.PictureAsync("todo");
        await VerifyAsync(village);
        await farmer.OpenAsync($"/m/progress/{query}");
        await farmer.StepIsAsync("村评议公示中");
        await farmer.PictureAsync("progress-publicity", whole: true);

        server.Clock.Forward(TimeSpan.FromDays(5));
        await using (var later = await browsers.PhoneAsync(server.Address, "village-later"))
        {
            await OpenCaseAsync(later, "village-informant");
            await later.ActAsync("end-publicity", picture: "publicity-over");
            await later.StepIsAsync("待乡审核");
        }
        await TownAsync();
        await CountyAsync();

        await farmer.Page.ReloadAsync();
        await farmer.StepIsAsync("已纳入(待录国家系统)");
        await farmer.PictureAsync("progress-approved", whole: true);
        await ChangedAsync(before);
    }

    /// <summary>Households under monitoring, as the county sees them.</summary>
    private async Task<int> FigureAsync(Phone viewer)
    {
        await viewer.SignInAsync(server, "county-viewer");
        await viewer.PressAsync("数字");
        var figure = viewer.Page.Locator("[data-figure=households] b");
        await Assertions.Expect(figure).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[1-9][0-9]*$"), new() { Timeout = 60_000 });
        await viewer.PictureAsync("before");
        return int.Parse(await figure.InnerTextAsync(), CultureInfo.InvariantCulture);
    }

    private async Task<string> SheetAsync(Phone village)
    {
        await village.OpenAsync("/m/");
        await village.PictureAsync("login");
        await village.SignInAsync(server, "village-informant");
        await village.PressAsync("我的");
        await village.PictureAsync("mine");
        await village.PressAsync("本村申报二维码(打印)");
        await village.SeesAsync("请用手机扫码申报");
        await village.PictureAsync("sheet");
        var address = await village.ScanAsync();
        Assert.StartsWith($"{server.Address.GetLeftPart(UriPartial.Authority)}/m/declare/{WalkServer.Village}-", address, StringComparison.Ordinal);
        return address;
    }

    /// <returns>The query code.</returns>
    private async Task<string> DeclareAsync(Phone farmer, string address)
    {
        var person = Farmer.New(Applicant, address);
        await farmer.OpenAsync(address);
        await farmer.SeesAsync("大陈村");
        await farmer.PictureAsync("declare-empty");
        await farmer.PressAsync("提交申报");
        await farmer.SeesAsync("请先验证手机号。");
        await farmer.PictureAsync("declare-faults", whole: true);

        await person.ProveAsync(farmer, server, picture: "code");

        await farmer.FillAsync("name", Applicant);
        await farmer.FillAsync("certificate", person.Certificate[..10] + "1312");
        await farmer.SeesAsync("不是出生日期");
        await farmer.FillAsync("certificate", person.Certificate[..17] + (person.Certificate[17] == '1' ? '2' : '1'));
        await farmer.SeesAsync("最后一位校验不符");
        await farmer.PictureAsync("certificate-wrong");
        await farmer.FillAsync("certificate", person.Certificate);
        await farmer.SeesAsync("✓ 正确");
        await Farmer.DescribeAsync(farmer);
        var photo = await farmer.Page.ScreenshotAsync();
        await farmer.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "住院发票.png", MimeType = "image/png", Buffer = photo });
        await Assertions.Expect(farmer.Page.Locator(".photo img")).ToBeVisibleAsync();
        await farmer.PictureAsync("declare-filled", whole: true);
        var query = await Farmer.SubmitAsync(farmer);
        await farmer.PictureAsync("declared", whole: true);
        await farmer.Page.GetByText("现在查看进度").ClickAsync();
        await farmer.StepIsAsync("待村核实");
        await farmer.PictureAsync("progress", whole: true);
        return query;
    }

    private async Task VerifyAsync(Phone village)
    {
        await village.OpenCaseAsync(Applicant);
        await village.StepIsAsync("待村核实");
        await village.PictureAsync("case", whole: true);
        await village.PressAsync($"住院发票.png {await SizeAsync(village)}");
        await Assertions.Expect(village.Page.Locator(".look img")).ToBeVisibleAsync();
        await village.PictureAsync("photo");
        await village.Page.Locator(".look").ClickAsync();
        await village.ActAsync("accept", picture: "accept");
        await village.StepIsAsync("村核实中");
        await village.ActAsync("judge", village.FitsAsync, picture: "judge");
        await village.StepIsAsync("村评议公示中");
        await village.ActAsync("start-publicity", () => village.FillAsync("ReviewAttendance", "5"), picture: "publicity");
        await village.SeesAsync("5 人参加");
        await village.PictureAsync("in-publicity", whole: true);
    }

    private static async Task<string> SizeAsync(Phone village) => await village.Page.Locator(".links .quiet", new() { HasText = "KB" }).InnerTextAsync();

    private async Task TownAsync()
    {
        await using var town = await browsers.PhoneAsync(server.Address, "town");
        await OpenCaseAsync(town, "town-reviewer", list: "todo");
        await town.PictureAsync("case", whole: true);
        await town.ActAsync("approve", picture: "approve");
        await town.StepIsAsync("待县复核");
    }

    private async Task CountyAsync()
    {
        await using var county = await browsers.PhoneAsync(server.Address, "county");
        await OpenCaseAsync(county, "county-reviewer", list: "todo");
        await county.Page.Locator("[data-action=approve]").ClickAsync();
        await county.Page.Locator("form.form button[type=submit]").ClickAsync();
        await county.SeesAsync("请填写:部门比对结果");
        await county.PictureAsync("comparison-missing");
        await county.Page.GetByLabel("关闭").ClickAsync();
        await county.ActAsync("approve", () => county.FillAsync("DeptCompareText", "公安户籍车辆、民政、医保、残联、人社、住建、市场监管、不动产比对无异常。"), picture: "approve");
        await county.StepIsAsync("已纳入(待录国家系统)");
        await county.PictureAsync("approved", whole: true);
    }

    private async Task OpenCaseAsync(Phone phone, string account, string? list = null)
    {
        await phone.SignInAsync(server, account);
        await phone.SeesAsync(Applicant);
        if (list is not null) await phone.PictureAsync(list);
        await phone.OpenCaseAsync(Applicant);
    }

    /// <summary>One more than before, and behind the figure stands the household.</summary>
    private async Task ChangedAsync(int before)
    {
        await using var viewer = await browsers.PhoneAsync(server.Address, "county-changed");
        await viewer.SignInAsync(server, "county-viewer");
        await viewer.PressAsync("数字");
        var figure = viewer.Page.Locator("[data-figure=households]");
        await Assertions.Expect(figure.Locator("b")).ToHaveTextAsync($"{before + 1}", new() { Timeout = 60_000 });
        await viewer.PictureAsync("after");
        await viewer.PressAsync("新识别");
        await viewer.SeesAsync("新增户");
        await viewer.PictureAsync("by-month", whole: true);
        await viewer.PressAsync("监测中");
        await figure.ClickAsync();
        var shown = viewer.Page.Locator("[data-household]", new() { HasText = Applicant });
        await shown.WaitForAsync();
        await viewer.PictureAsync("behind");
        await shown.ClickAsync();
        await viewer.SeesAsync("突发严重困难户");
        await viewer.PictureAsync("household", whole: true);
    }
}
