using FangFanPin.Domain.Accounts;
using FangFanPin.Tests.Api.Shared;
using Microsoft.Playwright;
using Xunit;

namespace FangFanPin.Tests.Browser;

/// <summary>The first day of an account, on its owner's phone.</summary>
[Collection(WalkServer.Collection)]
public sealed class AccountTests(WalkServer server, Browsers browsers)
{
    private const string NewPassword = "Fangfanpin-2026-新";

    [Fact]
    public async Task A_county_reviewer_changes_the_first_password_and_binds_a_second_factor()
    {
        var account = await server.CreateAccountAsync(WalkServer.County, [RoleNames.Reviewer], mustChange: true);
        var unbound = await server.Accounts.AmendAsync(account, row => row with { TotpSecret = null, TotpConfirmed = false }, ct: TestContext.Current.CancellationToken);
        Assert.True(unbound.Ok);
        await using var phone = await browsers.PhoneAsync(server.Address, "first-day");
        await phone.OpenAsync("/m/");
        await phone.SignInAsync(account, "not-the-password");
        await phone.Page.Locator(".fault").WaitForAsync();
        await phone.PictureAsync("wrong-password");
        await phone.SignInAsync(account, ApiServer.Password);
        await phone.SeesAsync("首次登录,请修改密码");
        await phone.Page.GetByLabel("新密码").FillAsync("123456");
        await phone.Page.GetByLabel("再输一次").FillAsync("123456");
        await phone.PressAsync("修改密码");
        await phone.Page.Locator(".fault").WaitForAsync();
        await phone.PictureAsync("weak-password");
        await phone.Page.GetByLabel("新密码").FillAsync(NewPassword);
        await phone.Page.GetByLabel("再输一次").FillAsync(NewPassword);
        await phone.PressAsync("修改密码");
        await phone.SeesAsync("请用新密码登录");

        await phone.SignInAsync(account, NewPassword);
        await phone.SeesAsync("绑定动态口令");
        await phone.PictureAsync("bind");
        await phone.PressAsync("下一步");
        var secret = await phone.Page.Locator("[data-secret]").InnerTextAsync();
        await phone.PictureAsync("secret");
        await phone.FillAsync("totp", server.CodeOf(secret));
        await phone.PressAsync("确认绑定");
        await Assertions.Expect(phone.Page.Locator(".codes li").First).ToBeVisibleAsync();
        await phone.PictureAsync("recovery-codes", whole: true);
        await phone.PressAsync("已抄好,重新登录");

        await phone.SignInAsync(account, NewPassword);
        await phone.SeesAsync("此账号启用了动态口令");
        await phone.FillAsync("code", server.CodeOf(secret));
        await phone.PressAsync("登录");
        await phone.Page.Locator(".counts").WaitForAsync();
        await phone.PictureAsync("inside");
    }
}
