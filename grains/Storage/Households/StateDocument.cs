using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Storage.Households;

/// <summary>
/// The part of a <see cref="HouseholdState"/> that is sealed in the row: the file, the remembered commands, what is owed to a split. The
/// contribution and its due date are columns, and the last change is the history row of the same version.
/// </summary>
internal static class StateDocument
{
    private const byte Format = 1;

    public static byte[] Encode(HouseholdState state)
    {
        var writer = new DocumentWriter();
        writer.Unsigned(Format);
        writer.Bytes(state.File is null ? [] : DocumentCodec.Encode(state.File));
        writer.Text(state.VillageBefore ?? "");
        writer.Unsigned((ulong)state.Applied.Length);
        foreach (var applied in state.Applied) Encode(applied, writer);
        if (state.OwedSplit is { } owed) Encode(owed, writer);
        return writer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">Not a document of this format, or damaged.</exception>
    public static HouseholdState Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new DocumentReader(bytes);
        if (reader.Unsigned() != Format) throw new InvalidDataException("Unknown format of a state.");
        var file = reader.Bytes();
        return new HouseholdState
        {
            File = file.IsEmpty ? null : DocumentCodec.Decode(file),
            VillageBefore = reader.Text() is { Length: > 0 } village ? village : null,
            Applied = DecodeApplied(ref reader),
            OwedSplit = reader.AtEnd ? null : DecodeOwed(ref reader),
        };
    }

    /// <summary>The file alone, for lists and recounts.</summary>
    public static HouseholdFile? DecodeFile(ReadOnlySpan<byte> bytes)
    {
        var reader = new DocumentReader(bytes);
        if (reader.Unsigned() != Format) throw new InvalidDataException("Unknown format of a state.");
        var file = reader.Bytes();
        return file.IsEmpty ? null : DocumentCodec.Decode(file);
    }

    private static void Encode(AppliedCommand applied, DocumentWriter writer)
    {
        writer.Bytes(applied.CommandId.ToByteArray());
        var packed = Packed(applied.ContentHash);
        writer.Unsigned((ulong)((applied.Changed ? 1 : 0) | (packed is null ? 0 : 2)));
        if (packed is null) writer.Text(applied.ContentHash);
        else writer.Bytes(packed);
        writer.Signed(applied.Version);
    }

    private static ImmutableArray<AppliedCommand> DecodeApplied(ref DocumentReader reader)
    {
        var count = (int)reader.Unsigned();
        var applied = ImmutableArray.CreateBuilder<AppliedCommand>(Math.Min(count, HouseholdState.AppliedMax));
        for (var i = 0; i < count; i++)
        {
            var id = new Guid(reader.Bytes());
            var flags = reader.Unsigned();
            var hash = (flags & 2) != 0 ? Convert.ToHexString(reader.Bytes()) : reader.Text();
            applied.Add(new AppliedCommand(id, hash, reader.Signed(), (flags & 1) != 0));
        }
        return applied.ToImmutable();
    }

    /// <summary>Upper-case hexadecimal takes half the room as bytes; anything else stays text.</summary>
    private static byte[]? Packed(string hash) =>
        hash.Length % 2 == 0 && hash.All(char.IsAsciiHexDigitUpper) ? Convert.FromHexString(hash) : null;

    private static void Encode(OwedSplit owed, DocumentWriter writer)
    {
        writer.Bytes(owed.CommandId.ToByteArray());
        writer.Text(owed.NewHouseholdCode);
        writer.Bytes(DocumentCodec.Encode(owed.File));
        writer.Text(owed.Actor.Account);
        writer.Text(owed.Actor.DisplayName);
        writer.Text(owed.Actor.Role);
        writer.Text(owed.Actor.Region);
    }

    private static OwedSplit DecodeOwed(ref DocumentReader reader) => new(
        new Guid(reader.Bytes()), reader.Text(), DocumentCodec.Decode(reader.Bytes()),
        new Actor(reader.Text(), reader.Text(), reader.Text(), reader.Text()));
}
