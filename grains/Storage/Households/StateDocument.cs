using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Storage.Households;

/// <summary>
/// The part of a <see cref="HouseholdState"/> that is sealed in the row: the file and what is owed to a split. The
/// contribution and its due date are columns, and the last change is the history row of the same version.
/// </summary>
internal static class StateDocument
{
    private const byte WithCommands = 1;
    private const byte FileFirst = 2;
    private const byte Format = 3;

    /// <summary>Everything but the file's lists, which stand behind it.</summary>
    public static void EncodeStart(HouseholdState state, DocumentWriter writer)
    {
        writer.Unsigned(Format);
        writer.Text(state.VillageBefore ?? "");
        if (state.OwedSplit is { } owed)
        {
            var mark = writer.Open();
            Encode(owed, writer);
            writer.Close(mark);
        }
        else
        {
            writer.Bytes([]);
        }
        if (state.File is not null) DocumentCodec.EncodeHousehold(state.File, writer);
    }

    /// <param name="end">The lists, where they are opened by themselves; else they stand behind the rest in <paramref name="bytes"/>.</param>
    /// <exception cref="InvalidDataException">Not a document of this format, or damaged.</exception>
    public static HouseholdState Decode(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> end = default)
    {
        var reader = new DocumentReader(bytes);
        var format = FormatOf(ref reader);
        if (format != Format) return DecodeFileFirst(format, ref reader);
        var village = reader.Text();
        var owed = reader.Bytes();
        return StateOf(reader.Rest(), end, village, owed);
    }

    /// <summary>The file alone, for lists and recounts.</summary>
    public static HouseholdFile? DecodeFile(ReadOnlySpan<byte> bytes)
    {
        var reader = new DocumentReader(bytes);
        if (FormatOf(ref reader) != Format) return FileOf(reader.Bytes());
        reader.Text();
        reader.Bytes();
        return FileOf(reader.Rest());
    }

    private static HouseholdState DecodeFileFirst(byte format, ref DocumentReader reader)
    {
        var file = reader.Bytes();
        var village = reader.Text();
        if (format == WithCommands) SkipCommands(ref reader);
        return StateOf(file, [], village, reader.Rest());
    }

    private static HouseholdState StateOf(ReadOnlySpan<byte> file, ReadOnlySpan<byte> end, string village, ReadOnlySpan<byte> owed) => new()
    {
        File = FileOf(file, end),
        VillageBefore = village.Length > 0 ? village : null,
        OwedSplit = owed.IsEmpty ? null : DecodeOwed(owed),
    };

    private static HouseholdFile? FileOf(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> end = default) => bytes.IsEmpty ? null : DocumentCodec.Decode(bytes, end);

    /// <summary>The first format kept the newest commands here; they stand in the history, which is asked instead.</summary>
    private static void SkipCommands(ref DocumentReader reader)
    {
        for (var left = reader.Unsigned(); left > 0; left--)
        {
            reader.Bytes();
            reader.Unsigned();
            reader.Bytes();
            reader.Signed();
        }
    }

    private static byte FormatOf(ref DocumentReader reader) =>
        reader.Unsigned() is var format and (WithCommands or FileFirst or Format) ? (byte)format : throw new InvalidDataException("Unknown format of a state.");

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

    private static OwedSplit DecodeOwed(ReadOnlySpan<byte> bytes)
    {
        var reader = new DocumentReader(bytes);
        return new OwedSplit(
            new Guid(reader.Bytes()), reader.Text(), DocumentCodec.Decode(reader.Bytes()),
            new Actor(reader.Text(), reader.Text(), reader.Text(), reader.Text()));
    }
}
