using System.Diagnostics;
using Npgsql;

namespace FangFanPin.Tests.Shared;

/// <summary>A PostgreSQL of the test's own, started by <c>deploy/scripts/postgres.sh</c> in a temporary folder and deleted afterwards.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private static readonly TimeSpan ScriptMost = TimeSpan.FromMinutes(3);
    private readonly string folder;

    private PrivatePostgres(string folder, string adminConnectionString) => (this.folder, AdminConnectionString) = (folder, adminConnectionString);

    /// <summary>A superuser on database <c>postgres</c>.</summary>
    public string AdminConnectionString { get; }

    public static async Task<PrivatePostgres> StartAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"ffp-test-{Environment.ProcessId}-{Guid.NewGuid():N}"[..32]);
        var output = await ScriptAsync("start", folder, "0");
        var line = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Last(l => l.StartsWith("Host=", StringComparison.Ordinal));
        return new PrivatePostgres(folder, line);
    }

    /// <summary>Fast shutdown: sessions are ended, nothing is lost.</summary>
    public Task StopAsync() => ScriptAsync("stop", folder);

    /// <summary>Starts again on the same port.</summary>
    public Task StartAgainAsync() => ScriptAsync("start", folder, new NpgsqlConnectionStringBuilder(AdminConnectionString).Port.ToString());

    /// <summary>As after a crash: immediate stop, recovery, same port.</summary>
    public Task CrashAndRecoverAsync() => ScriptAsync("restart", folder);

    public async ValueTask DisposeAsync() => await ScriptAsync("destroy", folder);

    private static async Task<string> ScriptAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "deploy/scripts/postgres.sh"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["FFP_PG_SHARED_BUFFERS"] = "256MB";
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(ScriptMost);
        // The server inherits the pipes, so their end is not awaited: the script's first answer is.
        var errors = new System.Text.StringBuilder();
        var output = new System.Text.StringBuilder();
        process.OutputDataReceived += (_, e) => { lock (output) output.AppendLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { lock (errors) errors.AppendLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode == 0
            ? output.ToString()
            : throw new InvalidOperationException($"postgres.sh {string.Join(' ', arguments)}: {errors}");
    }
}
