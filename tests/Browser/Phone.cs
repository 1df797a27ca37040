using System.Globalization;
using Microsoft.Playwright;
using Xunit;
using ZXing;
using ZXing.Common;
using ZXing.QrCode;

namespace FangFanPin.Tests.Browser;

/// <summary>Somebody's phone, and what they do with it.</summary>
public sealed class Phone(IBrowserContext context, IPage page, string name) : IAsyncDisposable
{
    private int pictures;

    public IPage Page => page;
    public IBrowserContext Context => context;

    public async ValueTask DisposeAsync() => await context.DisposeAsync();

    /// <summary>The screen as it is, or the whole page; below <c>artifacts/walk</c>, numbered per phone.</summary>
    public Task PictureAsync(string what, bool whole = false) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(Browsers.Pictures, $"{name}-{(++pictures).ToString("D2", CultureInfo.InvariantCulture)}-{what}.png"), FullPage = whole, Animations = ScreenshotAnimations.Disabled });

    public Task OpenAsync(string path) => page.GotoAsync(path);

    public Task FillAsync(string field, string value) => page.Locator($"[name={field}]").FillAsync(value);

    public Task ChooseAsync(string field, string value) => page.Locator($"select[name={field}]").SelectOptionAsync(value);

    public Task PressAsync(string button) => page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public Task SeesAsync(string text) => Assertions.Expect(page.GetByText(text).First).ToBeVisibleAsync(new() { Timeout = 20_000 });

    public async Task SignInAsync(WalkServer server, string account)
    {
        var (password, _) = server.Secrets(account);
        await OpenAsync("/m/");
        await SignInAsync(account, password);
        if (server.Secrets(account).Code is null) return;
        await SeesAsync("此账号启用了动态口令");
        await PictureAsync("totp");
        await FillAsync("code", server.Secrets(account).Code!);
        await PressAsync("登录");
    }

    public async Task SignInAsync(string account, string password)
    {
        await FillAsync("name", account);
        await FillAsync("password", password);
        await PressAsync("登录");
    }

    /// <summary>The button of an action on a case, its form if it has one, and the word that it is done.</summary>
    public async Task ActAsync(string action, Func<Task>? form = null, string? picture = null)
    {
        await page.Locator($"[data-action={action}]").ClickAsync();
        var sheet = page.Locator("form.form");
        await Assertions.Expect(sheet).ToBeVisibleAsync();
        if (form is not null) await form();
        if (picture is not null) await PictureAsync(picture);
        await sheet.Locator("button[type=submit]").ClickAsync();
        await Assertions.Expect(sheet).ToBeHiddenAsync(new() { Timeout = 20_000 });
    }

    /// <summary>The form of a judgement: the household fits.</summary>
    public async Task FitsAsync()
    {
        await ChooseAsync("Result", "1");
        await FillAsync("Visitor1", "王信息员");
        await FillAsync("Visitor2", "李干部");
        await ChooseAsync("MonitorCategory", "3");
        await ChooseAsync("RiskType1", "01");
        foreach (var security in new[] { "IdDropout", "IdHousingUnsafe", "IdWaterUnsafe", "IdUninsured" }) await ChooseAsync(security, "0");
        await FillAsync("ComputedPerCapita", "6100");
        await page.Locator("[name=AuthorizationSigned]").CheckAsync();
        await FillAsync("Opinion", "入户核实,情况属实,符合纳入条件。");
    }

    /// <summary>From the list of to-dos to one case.</summary>
    public async Task OpenCaseAsync(string person)
    {
        await page.Locator(".card", new() { HasText = person }).First.ClickAsync();
        await page.Locator("[data-step]").WaitForAsync();
    }

    public Task StepIsAsync(string label) => Assertions.Expect(page.Locator("[data-step]")).ToHaveTextAsync(label, new() { Timeout = 20_000 });

    /// <summary>Reads the QR code on the screen, as another phone's camera would.</summary>
    public async Task<string> ScanAsync()
    {
        const string Luminance = """
            async (img, side) => {
              await img.decode();
              const canvas = document.createElement('canvas');
              canvas.width = canvas.height = side;
              const pen = canvas.getContext('2d');
              pen.fillStyle = '#fff';
              pen.fillRect(0, 0, side, side);
              pen.drawImage(img, 20, 20, side - 40, side - 40);
              const data = pen.getImageData(0, 0, side, side).data;
              let text = '';
              for (let i = 0; i < data.length; i += 4) text += data[i] < 128 ? '0' : '1';
              return text;
            }
            """;
        // A camera sees many pictures, of many sizes, until one is read.
        foreach (var side in new[] { 480, 400, 520, 640, 333, 777 })
        {
            var dots = await page.Locator(".qr img").EvaluateAsync<string>(Luminance, side);
            var source = new RGBLuminanceSource([.. dots.Select(d => d == '0' ? (byte)0 : (byte)255)], side, side, RGBLuminanceSource.BitmapFormat.Gray8);
            var hints = new Dictionary<DecodeHintType, object> { [DecodeHintType.TRY_HARDER] = true };
            Binarizer[] ways = [new HybridBinarizer(source), new GlobalHistogramBinarizer(source)];
            if (ways.Select(w => new QRCodeReader().decode(new BinaryBitmap(w), hints)).FirstOrDefault(r => r is not null) is { } read) return read.Text;
        }
        Assert.Fail("the QR code could not be read at any size");
        return "";
    }
}
