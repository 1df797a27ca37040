using System.Buffers;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Sealing;
using Npgsql;

namespace FangFanPin.Storage.Imports;

/// <summary>Table <c>import_chunk</c>: uploaded files in sealed pieces.</summary>
public sealed class ImportFileStore(NpgsqlDataSource database, ISealer sealer) : IImportFiles
{
    public const int ChunkBytes = 1 << 20;
    private const string Insert = "insert into import_chunk (import_id, file, chunk, box) values ($1, $2, $3, $4)";
    private const string Read = "select box from import_chunk where import_id = $1 and file = $2 and chunk = $3";

    public async Task<long> StoreAsync(Guid id, int file, Stream content, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            long total = 0;
            for (var chunk = 0; ; chunk++)
            {
                var length = await content.ReadAtLeastAsync(buffer.AsMemory(0, ChunkBytes), ChunkBytes, throwOnEndOfStream: false, ct);
                if (length == 0) return total;
                await InsertAsync(id, file, chunk, sealer.Seal(Place(id, file, chunk), buffer.AsSpan(0, length)), ct);
                total += length;
                if (length < ChunkBytes) return total;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    public async Task<bool> StandAsync(Guid id, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select exists (select from import_chunk where import_id = $1)");
        command.Parameters.Add(new() { Value = id });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    public Stream Open(Guid id, int file, long bytes) => new ChunkStream((int chunk, ref byte[] room) => Fetch(id, file, chunk, ref room), bytes);

    private async Task InsertAsync(Guid id, int file, int chunk, byte[] box, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Insert);
        foreach (object value in new object[] { id, file, chunk, box }) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }

    private int Fetch(Guid id, int file, int chunk, ref byte[] room)
    {
        using var command = database.CreateCommand(Read);
        foreach (object value in new object[] { id, file, chunk }) command.Parameters.Add(new() { Value = value });
        var box = command.ExecuteScalar() as byte[] ?? throw new EndOfStreamException("A piece of the uploaded file is missing.");
        return sealer.Open(Place(id, file, chunk), box, ref room);
    }

    private static SealPlace Place(Guid id, int file, int chunk) => new("import_chunk", $"{id:N}/{file}/{chunk}", 0);

    /// <returns>How many bytes of the room the piece fills.</returns>
    private delegate int FetchChunk(int chunk, ref byte[] room);

    /// <summary>Keeps a few pieces, each in the room of one that it has left: an archive's reader goes back and forth between its directory and its parts.</summary>
    private sealed class ChunkStream(FetchChunk fetch, long length) : Stream
    {
        private const int Kept = 4;
        private readonly LinkedList<Piece> recent = new();
        private long position;

        private readonly record struct Piece(int Number, byte[] Room, int Length);

        public override int Read(Span<byte> buffer)
        {
            if (position >= length || buffer.IsEmpty) return 0;
            var piece = Chunk((int)(position / ChunkBytes));
            var at = (int)(position % ChunkBytes);
            var count = Math.Min(buffer.Length, piece.Length - at);
            piece.Room.AsSpan(at, count).CopyTo(buffer);
            position += count;
            return count;
        }

        private Piece Chunk(int number)
        {
            for (var node = recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Number != number) continue;
                recent.Remove(node);
                recent.AddFirst(node);
                return node.Value;
            }
            byte[] room = [];
            if (recent is { Count: Kept, Last: { } oldest })
            {
                recent.Remove(oldest);
                room = oldest.Value.Room;
            }
            var filled = fetch(number, ref room);
            return recent.AddFirst(new Piece(number, room, filled)).Value;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get => position; set => position = value; }
        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) =>
            position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => position + offset, _ => length + offset };

        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
