using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Storage.Households;

/// <summary>
/// The fields of one change as bytes: per record that changed its entity and key, then the fields with old and new text. A field is
/// named by its number; run-time indicators, and fields that this program does not know, by their name.
/// </summary>
internal static class ChangeDocument
{
    private const byte Format = 1;

    /// <summary>The change that registered the household: the actor alone, see <see cref="HouseholdChanged.Registers"/>.</summary>
    private const byte Registration = 2;

    [Flags]
    private enum Parts : byte { None = 0, SameRecord = 1, Old = 2, New = 4, Named = 8 }

    public static void Encode(HouseholdChanged change, DocumentWriter writer)
    {
        writer.Unsigned(change.Registers ? Registration : Format);
        writer.Text(change.Actor.DisplayName);
        writer.Text(change.Actor.Role);
        writer.Text(change.Actor.Region);
        if (change.Registers) return;
        FieldChange? before = null;
        foreach (var field in change.Changes)
        {
            Encode(field, before, writer);
            before = field;
        }
    }

    /// <exception cref="InvalidDataException">Not a document of this format, or damaged.</exception>
    public static (Actor Actor, ImmutableArray<FieldChange> Changes, bool Registers) Decode(string account, ReadOnlySpan<byte> bytes)
    {
        var reader = new DocumentReader(bytes);
        var format = reader.Unsigned();
        if (format is not (Format or Registration)) throw new InvalidDataException("Unknown format of a change.");
        var actor = new Actor(account, reader.Text(), reader.Text(), reader.Text());
        if (format == Registration) return (actor, [], true);
        var changes = ImmutableArray.CreateBuilder<FieldChange>();
        while (!reader.AtEnd) changes.Add(DecodeField(ref reader, changes.Count == 0 ? null : changes[^1]));
        return (actor, changes.ToImmutable(), false);
    }

    private static void Encode(FieldChange field, FieldChange? before, DocumentWriter writer)
    {
        var known = EntityMap.Named(field.Entity)?.Find(field.Field);
        var parts = (before is not null && before.Entity == field.Entity && before.Key == field.Key ? Parts.SameRecord : 0)
            | (field.Old is null ? 0 : Parts.Old) | (field.New is null ? 0 : Parts.New) | (known is null ? Parts.Named : 0);
        writer.Unsigned((ulong)parts);
        if (!parts.HasFlag(Parts.SameRecord))
        {
            writer.Text(field.Entity);
            writer.Text(field.Key);
        }
        if (known is null) writer.Text(field.Field);
        else writer.Unsigned((ulong)known.Number);
        if (field.Old is not null) writer.Text(field.Old);
        if (field.New is not null) writer.Text(field.New);
    }

    private static FieldChange DecodeField(ref DocumentReader reader, FieldChange? before)
    {
        var parts = (Parts)reader.Unsigned();
        var same = parts.HasFlag(Parts.SameRecord) ? before ?? throw new InvalidDataException("A change refers to a record before the first.") : null;
        var entity = same?.Entity ?? reader.Text();
        var key = same?.Key ?? reader.Text();
        var name = parts.HasFlag(Parts.Named) ? reader.Text() : NameOf(entity, (int)reader.Unsigned());
        var old = parts.HasFlag(Parts.Old) ? reader.Text() : null;
        return new FieldChange(entity, key, name, old, parts.HasFlag(Parts.New) ? reader.Text() : null);
    }

    private static string NameOf(string entity, int number) =>
        EntityMap.Named(entity)?.Find(number)?.Id ?? throw new InvalidDataException($"A change names field {number} of {entity}, which does not exist.");
}
