using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FangFanPin.Api.Demo;
using FangFanPin.Domain.Accounts;
using FangFanPin.Silo.Accounts;
using FangFanPin.Silo.Demo;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FangFanPin.Tests.Browser;

/// <summary>One server for all phones: starting it and loading its households takes longer than a test.</summary>
[CollectionDefinition(WalkServer.Collection)]
public sealed class Phones : ICollectionFixture<WalkServer>;

/// <summary>The server as a trial has it: demonstration accounts, one town of invented households, and the sender of short messages that writes codes into the log.</summary>
public sealed partial class WalkServer(PostgresCluster cluster) : ApiServer(cluster)
{
    public const string Collection = "phones";
    public const string County = "411424000000", Town = "411424001000", Village = "411424001201", Second = "411424001202", Third = "411424001203", Fourth = "411424001204";
    private readonly LogLines log = new();

    private string AccountsFile => Path.Combine(Folder, "accounts.json");

    protected override string[] Limits => [.. base.Limits, "--FangFanPin:Declare:LogCodes=true"];

    protected override void Arrange(IServiceCollection services) => services.AddSingleton<ILoggerProvider>(log);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var files = Path.Combine(Folder, "demo");
        if (await DemoAccounts.RunAsync(["--file", AccountsFile, "--connection", ConnectionString]) != 0
            || await DemoCommand.RunAsync(["--region", Town, "--out", files, "--format", "csv", "--dirty", "0"]) != 0
            || await DemoLoader.RunAsync(["--url", Address.ToString(), "--region", Town, "--files", files, "--accounts", AccountsFile, "--account", "county-importer"]) != 0)
            throw new InvalidOperationException("the demonstration data did not load");
    }

    /// <summary>Name, password and, where the account needs one, the code of the moment.</summary>
    public (string Password, string? Code) Secrets(string account)
    {
        var written = JsonNode.Parse(File.ReadAllText(AccountsFile))!.AsArray().First(a => (string?)a!["name"] == account)!;
        var secret = (string?)written["totpSecret"];
        return ((string)written["password"]!, secret is null ? null : CodeOf(secret));
    }

    public string CodeOf(string secret) => Totp.Code(Totp.Secret(secret.Replace(" ", "", StringComparison.Ordinal)), Totp.StepAt(Clock.GetUtcNow()));

    /// <summary>The newest code that the log shows.</summary>
    public async Task<string> NextMessageAsync(int seen)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (log.Codes.Count <= seen)
        {
            if (DateTime.UtcNow > deadline) throw new TimeoutException("no verification code in the log after 20 s");
            await Task.Delay(50);
        }
        return log.Codes.ElementAt(seen);
    }

    public int MessagesSent => log.Codes.Count;

    private sealed partial class LogLines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Codes { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Information;
        public void Dispose() { }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (CodeLine().Match(formatter(state, exception)) is { Success: true } found) Codes.Enqueue(found.Groups[1].Value);
        }

        [GeneratedRegex("short message would be sent: code ([0-9]{6})$")]
        private static partial Regex CodeLine();
    }
}
