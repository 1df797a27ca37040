using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FangFanPin.Tests.Api.Sync;
using FangFanPin.Tests.Shared;

namespace FangFanPin.Tests.Api.Audit;

/// <summary>A server that sends its spans, logs and metrics to a collector, which keeps them as they come over the wire.</summary>
public sealed class WatchedServer(PostgresCluster cluster) : SyncServer(cluster)
{
    private readonly HttpListener listener = new();
    private Task receiving = Task.CompletedTask;
    private int port;

    /// <summary>Path and body of every request of the exporter.</summary>
    public ConcurrentQueue<(string Path, byte[] Body)> Exported { get; } = [];

    protected override string[] Limits =>
    [
        .. base.Limits, $"--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{port}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "--OTEL_BSP_SCHEDULE_DELAY=200", "--OTEL_BLRP_SCHEDULE_DELAY=200", "--OTEL_METRIC_EXPORT_INTERVAL=1000",
        "--OTEL_BSP_MAX_QUEUE_SIZE=200000", "--OTEL_BLRP_MAX_QUEUE_SIZE=200000",
    ];

    public override ValueTask InitializeAsync()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        receiving = ReceiveAsync();
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        listener.Stop();
        await receiving;
        listener.Close();
        GC.SuppressFinalize(this);
    }

    private async Task ReceiveAsync()
    {
        while (true)
        {
            try
            {
                var context = await listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Exported.Enqueue((context.Request.Url!.AbsolutePath, body.ToArray()));
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
