using FangFanPin.Api.Demo;
using FangFanPin.Silo.Accounts;
using FangFanPin.Silo.Demo;
using FangFanPin.Storage.Migrations;

namespace FangFanPin.Silo;

/// <summary>What the program can be asked to do. A verb gets the remaining arguments and returns the exit code.</summary>
internal static class Verbs
{
    private static readonly Dictionary<string, Func<string[], Task<int>>> Known = new()
    {
        ["serve"] = Server.RunAsync,
        ["migrate"] = MigrateAsync,
        ["accounts"] = DemoAccounts.RunAsync,
        ["totp"] = DemoAccounts.PrintCodeAsync,
        ["demo"] = DemoCommand.RunAsync,
        ["demo-load"] = DemoLoader.RunAsync,
    };

    public static async Task<int> RunAsync(string verb, string[] args)
    {
        if (!Known.TryGetValue(verb, out var run))
        {
            await Console.Error.WriteLineAsync($"未知命令:{verb}。可用:{string.Join('、', Known.Keys)}");
            return 2;
        }
        return await run(args);
    }

    /// <summary>Needs the connection string of the role that owns the tables, unlike the server.</summary>
    private static async Task<int> MigrateAsync(string[] args)
    {
        try
        {
            foreach (var script in new Migrator(SiloSettings.Read(args).RequiredConnectionString()).Migrate()) Console.WriteLine($"已执行 {script}");
            return 0;
        }
        catch (MigrationException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}
