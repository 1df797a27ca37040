using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;

namespace FangFanPin.Silo.Security;

/// <summary>Puts TLS between the socket and the messages of a connection of the cluster. The framework's own package for it is not to be had.</summary>
/// <param name="accept">For connections that come in; null when they go out.</param>
internal sealed class TlsTransport(SslServerAuthenticationOptions? accept, SslClientAuthenticationOptions? open)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public void Use(IConnectionBuilder connection) => connection.Use(next => context => RunAsync(context, next));

    private async Task RunAsync(ConnectionContext context, ConnectionDelegate next)
    {
        var plain = context.Transport;
        await using var ssl = new SslStream(new DuplexStream(plain), leaveInnerStreamOpen: true);
        if (!await AuthenticatedAsync(ssl, context)) return;
        var secret = new Pipes(PipeReader.Create(ssl, new StreamPipeReaderOptions(leaveOpen: true)), PipeWriter.Create(ssl, new StreamPipeWriterOptions(leaveOpen: true)));
        context.Transport = secret;
        try
        {
            await next(context);
        }
        finally
        {
            await secret.Input.CompleteAsync();
            await secret.Output.CompleteAsync();
            context.Transport = plain;
        }
    }

    private async Task<bool> AuthenticatedAsync(SslStream ssl, ConnectionContext context)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
        deadline.CancelAfter(Patience);
        try
        {
            if (accept is not null) await ssl.AuthenticateAsServerAsync(accept, deadline.Token);
            else await ssl.AuthenticateAsClientAsync(open!, deadline.Token);
            return true;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            context.Abort(new ConnectionAbortedException("TLS of the cluster was refused", e));
            return false;
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Both directions of a pipe as the one stream that TLS wants.</summary>
    private sealed class DuplexStream(IDuplexPipe pipe) : Stream
    {
        private readonly Stream input = pipe.Input.AsStream(leaveOpen: true);
        private readonly Stream output = pipe.Output.AsStream(leaveOpen: true);

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default) => input.ReadAsync(buffer, ct);
        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken ct) => input.ReadAsync(buffer, offset, count, ct);
        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default) => output.WriteAsync(buffer, ct);
        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken ct) => output.WriteAsync(buffer, offset, count, ct);
        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);
        public override Task FlushAsync(CancellationToken ct) => output.FlushAsync(ct);
        public override void Flush() => output.Flush();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
