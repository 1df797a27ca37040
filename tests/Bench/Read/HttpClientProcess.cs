using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace FangFanPin.Tests.Bench.Read;

/// <summary>
/// The client, in a process of its own: <c>http-client PORT CONNECTIONS SECONDS TOKEN PATH…</c>. Speaks just enough HTTP/1.1 over plain sockets to cost the
/// machine little beside the server. Prints requests per second and quantiles in milliseconds.
/// </summary>
internal static class HttpClientProcess
{
    /// <summary>What one run of the client found.</summary>
    internal sealed record Result(double PerSecond, double P50Ms, double P99Ms, int Bytes)
    {
        public static Result Parse(string line) =>
            line.Split(' ').Select(double.Parse).ToArray() is [var perSecond, var p50, var p99, var bytes] ? new(perSecond, p50, p99, (int)bytes) : throw new FormatException(line);
    }

    public static async Task<Result> StartAsync(Uri address, int connections, double seconds, string token, params string[] paths)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(HttpClientProcess).Assembly.Location);
        foreach (var argument in (string[])["http-client", $"{address.Port}", $"{connections}", $"{seconds}", token, .. paths]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? Result.Parse(output.Trim()) : throw new InvalidOperationException($"client ended with {process.ExitCode}");
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var (port, connections, seconds, token) = (int.Parse(args[0]), int.Parse(args[1]), double.Parse(args[2]), args[3]);
        var requests = args[4..].Select(call => Encoding.ASCII.GetBytes(Request(call, $"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n"))).ToArray();
        var watch = Stopwatch.StartNew();
        var results = await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => CallAsync(port, requests, i, watch, seconds))));
        List<double> times = [.. results.SelectMany(r => r.Times).Order()];
        Console.WriteLine($"{times.Count / watch.Elapsed.TotalSeconds:0.##} {Report.Quantile(times, 0.5):0.####} {Report.Quantile(times, 0.99):0.####} {results.Max(r => r.Bytes)}");
        return 0;
    }

    /// <param name="call">A path, which is got, or a path, a blank and a JSON body, which is posted.</param>
    private static string Request(string call, string headers) => call.Split(' ', 2) switch
    {
        [var path, var body] => $"POST {path} HTTP/1.1\r\n{headers}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}",
        _ => $"GET {call} HTTP/1.1\r\n{headers}\r\n",
    };

    private static async Task<(List<double> Times, int Bytes)> CallAsync(int port, byte[][] requests, int first, Stopwatch watch, double seconds)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        var buffer = new byte[1 << 20];
        var times = new List<double>();
        var bytes = 0;
        for (var i = first; watch.Elapsed.TotalSeconds < seconds && times.Count < BenchOptions.RequestsMax; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await socket.SendAsync(requests[i % requests.Length]);
            bytes = await AnswerAsync(socket, buffer);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return (times, bytes);
    }

    /// <summary>Reads one whole answer; anything but 200 ends the run.</summary>
    private static async Task<int> AnswerAsync(Socket socket, byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            if (read == 0) throw new EndOfStreamException();
            length += read;
            if (IsWhole(buffer.AsSpan(0, length))) return length;
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        if (!answer.StartsWith("HTTP/1.1 200"u8)) throw new InvalidOperationException(Encoding.UTF8.GetString(answer[..Math.Min(answer.Length, 600)]));
        var at = answer[..head].IndexOf("Content-Length: "u8);
        if (at < 0) return answer.EndsWith("0\r\n\r\n"u8);
        var digits = answer[(at + 16)..head];
        var end = digits.IndexOf((byte)'\r');
        return answer.Length >= head + 4 + int.Parse(end < 0 ? digits : digits[..end]);
    }
}
