using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FangFanPin.Tests.Cluster.Shared;

/// <summary>A real process of the server as it was built beside these tests: started, asked whether it is ready, killed, stopped for a while, stopped for good.</summary>
/// <remarks>Whatever was started is gone when its object is disposed, or when this program ends.</remarks>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(3) };
    private readonly Process process;
    private readonly StreamWriter log;

    private ServerProcess(string name, ServerPorts ports, Process process, string logPath)
    {
        (Name, Ports, this.process, LogPath) = (name, ports, process, logPath);
        log = new StreamWriter(logPath, append: true) { AutoFlush = true };
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        AppDomain.CurrentDomain.ProcessExit += KillLeftover;
    }

    public string Name { get; }
    public ServerPorts Ports { get; }
    public string LogPath { get; }
    public int Id => process.Id;
    public bool HasExited => process.HasExited;
    public Uri Address => new($"http://127.0.0.1:{Ports.Http}");

    /// <param name="arguments">Verb and options as on the command line; the ports are added.</param>
    public static ServerProcess Start(string name, string logFolder, params string[] arguments)
    {
        var ports = ServerPorts.Free();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "FangFanPin.Silo.dll"));
        foreach (var argument in arguments.Concat(ports.Arguments)) start.ArgumentList.Add(argument);
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        start.Environment["Logging__Console__FormatterName"] = "simple";
        start.Environment["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ";
        start.Environment["Logging__LogLevel__Orleans.Runtime.MembershipService"] = "Information";
        var process = new Process { StartInfo = start };
        var server = new ServerProcess(name, ports, process, Path.Combine(logFolder, $"{name}.log"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }

    public async Task WaitReadyAsync(TimeSpan most)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync())
        {
            if (HasExited) throw new InvalidOperationException($"{Name} ended with {process.ExitCode}:\n{Tail()}");
            if (Stopwatch.GetElapsedTime(started) > most) throw new TimeoutException($"{Name} is not ready after {most}:\n{Tail()}");
            await Task.Delay(100);
        }
    }

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(Address, "/health/ready"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>No last word: what the process held in memory is lost.</summary>
    public void Kill() => Send(Signal.Kill);

    /// <summary>The process stands still and keeps its sockets, as a machine that swaps or a paused guest does.</summary>
    public void Pause() => Send(Signal.Stop);

    public void Resume() => Send(Signal.Continue);

    public void Terminate() => Send(Signal.Terminate);

    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync(TimeSpan most)
    {
        using var deadline = new CancellationTokenSource(most);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} still runs after {most}:\n{Tail()}");
        }
        return process.ExitCode;
    }

    public string Log()
    {
        lock (log) return File.ReadAllText(LogPath);
    }

    public string Tail(int lines = 40) => string.Join('\n', Log().Split('\n').TakeLast(lines));

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillLeftover;
        KillLeftover(null, EventArgs.Empty);
        await process.WaitForExitAsync();
        process.Dispose();
        lock (log) log.Dispose();
    }

    private void KillLeftover(object? sender, EventArgs e)
    {
        if (!process.HasExited) Send(Signal.Kill);
    }

    private void Write(string? line)
    {
        if (line is null) return;
        lock (log)
            if (log.BaseStream is { CanWrite: true }) log.WriteLine(line);
    }

    private void Send(Signal signal)
    {
        if (!process.HasExited) _ = Kill(process.Id, (int)signal);
    }

    private enum Signal { Kill = 9, Terminate = 15, Continue = 18, Stop = 19 }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}

/// <summary>Ports that were free a moment ago.</summary>
internal sealed record ServerPorts(int Http, int Silo, int Gateway)
{
    public IEnumerable<string> Arguments => ["--port", $"{Http}", "--silo-port", $"{Silo}", "--gateway-port", $"{Gateway}"];

    public static ServerPorts Free()
    {
        using Socket one = Bound(), two = Bound(), three = Bound();
        return new ServerPorts(PortOf(one), PortOf(two), PortOf(three));
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
