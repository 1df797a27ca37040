using System.Security.Cryptography;
using System.Text;

namespace FangFanPin.Storage.Sync;

/// <summary>
/// The rows that the second pass keeps: many csv files growing side by side in one temporary file, block by block, encrypted under a key that lives as long as
/// this object, so that people's data never lie open on a disk. Gone when it is closed, or with the process.
/// </summary>
internal sealed class Scratch : IDisposable
{
    private const int BlockBytes = 64 * 1024;
    private readonly FileStream file;
    private readonly Aes cipher = Aes.Create();
    private readonly Dictionary<(Fate, int, string), Target> targets = [];
    private readonly Lock gate = new();
    private long blocks;

    public Scratch()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        file = new FileStream(Path.Combine(Path.GetTempPath(), $"ffp-{Guid.NewGuid():N}"), options);
    }

    /// <summary>Written by one thread at a time; several targets by several.</summary>
    public sealed class Target(Scratch scratch, ExtractSheet sheet) : IRowTarget
    {
        private readonly List<(long Block, int Length)> written = [];
        private byte[] open = new byte[1024];
        private int length;

        public ExtractSheet Sheet => sheet;

        public void Append(ReadOnlySpan<byte> row)
        {
            lock (written)
            {
                Put(row);
                Put("\n"u8);
            }
        }

        internal void Begin()
        {
            if (sheet.Encoding.CodePage == Encoding.UTF8.CodePage) Put(Encoding.UTF8.Preamble);
            Put(sheet.Header);
            Put("\n"u8);
        }

        private void Put(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                if (length == open.Length) Room();
                var part = bytes[..Math.Min(bytes.Length, open.Length - length)];
                part.CopyTo(open.AsSpan(length));
                length += part.Length;
                bytes = bytes[part.Length..];
            }
        }

        private void Room()
        {
            if (open.Length < BlockBytes) { Array.Resize(ref open, open.Length * 2); return; }
            written.Add((scratch.Write(open.AsSpan(0, length)), length));
            length = 0;
        }

        public Stream Read()
        {
            if (length > 0) written.Add((scratch.Write(open.AsSpan(0, length)), length));
            length = 0;
            return new Reader(scratch, written);
        }
    }

    public IRowTarget TargetOf(Fate fate, int share, ExtractSheet sheet)
    {
        lock (gate)
        {
            if (targets.TryGetValue((fate, share, sheet.Identity), out var known)) return known;
            var target = new Target(this, sheet);
            target.Begin();
            return targets[(fate, share, sheet.Identity)] = target;
        }
    }

    public IEnumerable<Target> Of(Fate fate, int share) => targets.Where(t => t.Key.Item1 == fate && t.Key.Item2 == share).Select(t => t.Value);

    private long Write(ReadOnlySpan<byte> plain)
    {
        var block = Interlocked.Increment(ref blocks) - 1;
        var box = new byte[BlockBytes + 16];
        cipher.TryEncryptCbc(plain, NonceOf(block), box, out var size);
        RandomAccess.Write(file.SafeFileHandle, box.AsSpan(0, size), block * (BlockBytes + 16));
        return block;
    }

    private byte[] Read(long block, int length)
    {
        var box = new byte[(length / 16 + 1) * 16];
        var read = RandomAccess.Read(file.SafeFileHandle, box, block * (BlockBytes + 16));
        return cipher.DecryptCbc(box.AsSpan(0, read), NonceOf(block));
    }

    private static byte[] NonceOf(long block)
    {
        var nonce = new byte[16];
        BitConverter.TryWriteBytes(nonce, block + 1);
        return nonce;
    }

    public void Dispose()
    {
        file.Dispose();
        cipher.Dispose();
    }

    /// <summary>Seekable by blocks: who recognises an encoding goes back to the beginning.</summary>
    private sealed class Reader(Scratch scratch, IReadOnlyList<(long Block, int Length)> blocks) : Stream
    {
        private readonly long[] starts = [.. blocks.Aggregate(new List<long> { 0 }, (all, b) => { all.Add(all[^1] + b.Length); return all; })];
        private byte[] current = [];
        private int number = -1;

        public override int Read(Span<byte> buffer)
        {
            if (Position >= Length || buffer.IsEmpty) return 0;
            var at = Array.BinarySearch(starts, Position);
            if (at < 0) at = ~at - 1;
            if (at != number) (current, number) = (scratch.Read(blocks[at].Block, blocks[at].Length), at);
            var part = current.AsSpan((int)(Position - starts[at]));
            part = part[..Math.Min(part.Length, buffer.Length)];
            part.CopyTo(buffer);
            Position += part.Length;
            return part.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => starts[^1];
        public override long Position { get; set; }
        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) =>
            Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => Position + offset, _ => Length + offset };

        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
