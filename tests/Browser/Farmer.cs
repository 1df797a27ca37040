using System.Globalization;
using FangFanPin.Domain.Records;
using Microsoft.Playwright;
using Xunit;

namespace FangFanPin.Tests.Browser;

/// <summary>Somebody in need, with a phone number, a certificate and the address of their village's sheet.</summary>
public sealed record Farmer(string Name, string Mobile, string Certificate, string Address)
{
    private static int last;

    public static Farmer New(string name, string address)
    {
        var number = Interlocked.Increment(ref last);
        var first17 = string.Create(CultureInfo.InvariantCulture, $"411424197503{number % 28 + 1:D2}{number:D3}");
        return new Farmer(name, string.Create(CultureInfo.InvariantCulture, $"1390000{number:D4}"), first17 + Certificates.CheckDigit(first17), address);
    }

    /// <summary>The page that the sheet leads to.</summary>
    public string Publicity => Address.Replace("/declare/", "/publicity/", StringComparison.Ordinal);

    /// <summary>Asks for a code and types what the log shows.</summary>
    public async Task ProveAsync(Phone phone, WalkServer server, string? picture = null)
    {
        var sent = server.MessagesSent;
        await phone.FillAsync("phone", Mobile);
        await phone.PressAsync("获取验证码");
        await phone.FillAsync("code", await server.NextMessageAsync(sent));
        if (picture is not null) await phone.PictureAsync(picture);
        await phone.PressAsync("验证");
        await phone.SeesAsync("已验证");
    }

    /// <summary>Everything but the name and the number.</summary>
    public static async Task DescribeAsync(Phone phone)
    {
        await phone.FillAsync("address", "东组 12 号");
        await phone.FillAsync("members", "4");
        await phone.FillAsync("income", "18000");
        await phone.PressAsync("大病或慢病支出大");
        await phone.FillAsync("text", "家中老人住院三次,自付四万多元,今年收入减少一半。");
        await phone.Page.Locator("[name=authorized]").CheckAsync();
    }

    /// <returns>The query code.</returns>
    public async Task<string> DeclareAsync(Phone phone, WalkServer server)
    {
        await phone.OpenAsync(Address);
        await ProveAsync(phone, server);
        await phone.FillAsync("name", Name);
        await phone.FillAsync("certificate", Certificate);
        await DescribeAsync(phone);
        return await SubmitAsync(phone);
    }

    public static async Task<string> SubmitAsync(Phone phone)
    {
        await phone.PressAsync("提交申报");
        var query = (await phone.Page.Locator("[data-query-code]").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);
        Assert.Equal(12, query.Length);
        return query;
    }
}
