using FangFanPin.Tests.Shared;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(FangFanPin.Tests.Browser.Browsers))]

namespace FangFanPin.Tests.Browser;

/// <summary>Debian's Chromium, started when a test first asks for a phone. Missing: skipped, but a failure on CI.</summary>
public sealed class Browsers : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    /// <summary>For root, without a screen, in a closed network.</summary>
    private static readonly string[] Flags =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage", "--lang=zh-CN",
    ];

    private readonly SemaphoreSlim gate = new(1, 1);
    private IPlaywright? driver;
    private IBrowser? browser;

    /// <summary>Where pictures of a walk are left.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "walk")).FullName;

    /// <summary>A phone of its own: nothing is shared with other phones.</summary>
    public async Task<Phone> PhoneAsync(Uri server, string name)
    {
        var context = await (await StartedAsync()).NewContextAsync(new()
        {
            ViewportSize = new() { Width = 360, Height = 740 }, DeviceScaleFactor = 2, IsMobile = true, HasTouch = true, Locale = "zh-CN", TimezoneId = "Asia/Shanghai", BaseURL = server.ToString(),
        });
        context.SetDefaultTimeout(20_000);
        return new Phone(context, await context.NewPageAsync(), name);
    }

    private async Task<IBrowser> StartedAsync()
    {
        await gate.WaitAsync();
        try
        {
            if (browser is not null) return browser;
            if (!File.Exists(Program)) Missing($"{Program} is not there");
            if (!File.Exists(Path.Combine(AppContext.BaseDirectory, "console", "desk.html"))) Missing("the phone pages were not built");
            driver = await Playwright.CreateAsync();
            return browser = await driver.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Flags });
        }
        finally
        {
            gate.Release();
        }
    }

    private static void Missing(string why)
    {
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{why}, and this is CI");
        Assert.Skip(why);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        driver?.Dispose();
        gate.Dispose();
    }
}
