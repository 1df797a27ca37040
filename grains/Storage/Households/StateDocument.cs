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
    private const byte Format = 2;

    public static void Encode(HouseholdState state, DocumentWriter writer)
    {
        writer.Unsigned(Format);
        var file = writer.Open();
        if (state.File is not null) DocumentCodec.Encode(state.File, writer);
        writer.Close(file);
        writer.Text(state.VillageBefore ?? "");
        if (state.OwedSplit is { } owed) Encode(owed, writer);
    }

    /// <exception cref="InvalidDataException">Not a document of this format, or damaged.</exception>
    public static HouseholdState Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new DocumentReader(bytes);
        var format = FormatOf(ref reader);
        var file = reader.Bytes();
        var village = reader.Text();
        if (format == WithCommands) SkipCommands(ref reader);
        return new HouseholdState
        {
            File = file.IsEmpty ? null : DocumentCodec.Decode(file),
            VillageBefore = village.Length > 0 ? village : null,
            OwedSplit = reader.AtEnd ? null : DecodeOwed(ref reader),
        };
    }

    /// <summary>The file alone, for lists and recounts.</summary>
    public static HouseholdFile? DecodeFile(ReadOnlySpan<byte> bytes)
    {
        var reader = new DocumentReader(bytes);
        FormatOf(ref reader);
        var file = reader.Bytes();
        return file.IsEmpty ? null : DocumentCodec.Decode(file);
    }

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
        reader.Unsigned() is var format and (WithCommands or Format) ? (byte)format : throw new InvalidDataException("Unknown format of a state.");

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
