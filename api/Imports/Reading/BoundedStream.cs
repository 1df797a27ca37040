using FangFanPin.Domain.Imports;

namespace FangFanPin.Api.Imports.Reading;

/// <summary>Ends the reading of a zip entry that yields more bytes than it declared: the sizes in a zip are claims.</summary>
internal sealed class BoundedStream(Stream inner, long bytesMax) : Stream
{
    private long read;

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        if ((read += count) > bytesMax) throw new ImportFileException(ImportErrors.TooLarge);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => read; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
