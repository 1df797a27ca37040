using System.Collections.Immutable;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Households;

/// <summary>
/// A household file as bytes: a format byte, then records as (kind, tagged fields, end). Fields are found by number, so a reader
/// steps over fields that it does not know and leaves fields that are missing empty.
/// </summary>
public static class DocumentCodec
{
    private const byte Format = 1;

    /// <summary>Run-time indicators of a record stand under this number, as pairs of text; no dictionary field may take it.</summary>
    private const int ExtraNumber = 4000;

    public static byte[] Encode(HouseholdFile file)
    {
        var writer = new DocumentWriter();
        Encode(file, writer);
        return writer.Written.ToArray();
    }

    public static void Encode(HouseholdFile file, DocumentWriter writer)
    {
        EncodeHousehold(file, writer);
        EncodeLists(file, writer);
    }

    /// <summary>The start of <see cref="Encode(HouseholdFile, DocumentWriter)"/>, which <see cref="EncodeLists"/> completes.</summary>
    public static void EncodeHousehold(HouseholdFile file, DocumentWriter writer)
    {
        writer.Unsigned(Format);
        Encode(EntityMap.Household, file.Household, writer);
    }

    public static void EncodeLists(HouseholdFile file, DocumentWriter writer)
    {
        foreach (var (map, listOf) in HouseholdFile.Lists)
        {
            foreach (var record in listOf(file)) Encode(map, record, writer);
        }
    }

    /// <param name="end">Further records, where they are kept by themselves.</param>
    /// <exception cref="InvalidDataException">Not a document of this format, or damaged.</exception>
    public static HouseholdFile Decode(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> end = default)
    {
        var reader = new DocumentReader(bytes);
        if (reader.Unsigned() != Format) throw new InvalidDataException("Unknown document format.");
        var records = new List<Entity>();
        DecodeRecords(ref reader, records);
        reader = new DocumentReader(end);
        DecodeRecords(ref reader, records);
        return HouseholdFile.From(records);
    }

    private static void DecodeRecords(ref DocumentReader reader, List<Entity> records)
    {
        while (!reader.AtEnd)
        {
            var kind = (int)reader.Unsigned() - 1;
            if (kind < 0 || kind >= EntityMap.All.Length) throw new InvalidDataException("Unknown kind of record.");
            records.Add(DecodeRecord(EntityMap.All[kind], ref reader));
        }
    }

    private static void Encode(EntityMap map, Entity record, DocumentWriter writer)
    {
        writer.Unsigned((ulong)EntityMap.All.IndexOf(map) + 1);
        EncodeRecord(map, record, writer);
    }

    internal static void EncodeRecord(EntityMap map, Entity record, DocumentWriter writer)
    {
        map.Encode(record, writer);
        if (record.Extra is { Count: > 0 } extra)
        {
            foreach (var (id, text) in extra)
            {
                writer.Tag(ExtraNumber, WireType.Bytes);
                writer.Text(id + '\n' + text);
            }
        }
        writer.EndOfRecord();
    }

    internal static Entity DecodeRecord(EntityMap map, ref DocumentReader reader)
    {
        var record = map.Create();
        ImmutableSortedDictionary<string, string>.Builder? extra = null;
        while (reader.NextTag(out var number, out var wire))
        {
            if (number == ExtraNumber) AddExtra(extra ??= ImmutableSortedDictionary.CreateBuilder<string, string>(), reader.Text());
            else if (map.Find(number) is { } field) field.Decode(record, ref reader);
            else reader.Skip(wire);
        }
        return extra is null ? record : record with { Extra = extra.ToImmutable() };
    }

    private static void AddExtra(ImmutableSortedDictionary<string, string>.Builder extra, string pair)
    {
        var cut = pair.IndexOf('\n', StringComparison.Ordinal);
        extra[pair[..cut]] = pair[(cut + 1)..];
    }
}
