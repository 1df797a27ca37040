using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Imports;

/// <summary>A record with the row it came from.</summary>
public sealed record RowRecord(int Row, Entity Record);

/// <summary>
/// The rows of one household that stand next to each other in one sheet. A file need not keep a household's rows together, so an import
/// first writes fragments as it reads and then puts them together in the order of codes: memory stays flat whatever the order.
/// </summary>
public sealed record Fragment
{
    public required string HouseholdCode { get; init; }

    /// <summary>Which sheet of the import, from 0.</summary>
    public required int Source { get; init; }

    /// <summary>All its rows, refused ones included; ascending.</summary>
    public required ImmutableArray<int> Rows { get; init; }

    /// <summary>A row of 户和成员 was refused, hence the household.</summary>
    public bool Refused { get; init; }

    /// <summary>The household's columns, of all rows together; null in other sheets.</summary>
    public Household? Household { get; init; }
    public ImmutableArray<RowRecord> Records { get; init; } = [];

    public IEnumerable<string> PersonCodes => Records.Select(r => (r.Record as Member)?.PersonCode).OfType<string>();
}

/// <summary>A fragment's records as bytes, in the way of <see cref="DocumentCodec"/>.</summary>
public static class FragmentCodec
{
    private const byte Format = 1;

    public static byte[] Encode(Fragment fragment)
    {
        var writer = new DocumentWriter();
        writer.Unsigned(Format);
        writer.Unsigned((fragment.Refused ? 1u : 0) | (fragment.Household is null ? 0 : 2u));
        writer.Unsigned((ulong)fragment.Rows.Length);
        var before = 0;
        foreach (var row in fragment.Rows)
        {
            writer.Unsigned((ulong)(row - before));
            before = row;
        }
        if (fragment.Household is { } household) DocumentCodec.EncodeRecord(EntityMap.Household, household, writer);
        foreach (var (row, record) in fragment.Records)
        {
            var map = EntityMap.Of(record);
            writer.Unsigned((ulong)EntityMap.All.IndexOf(map));
            writer.Unsigned((ulong)row);
            DocumentCodec.EncodeRecord(map, record, writer);
        }
        return writer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">Not a fragment of this format, or damaged.</exception>
    public static Fragment Decode(string code, int source, ReadOnlySpan<byte> bytes)
    {
        var reader = new DocumentReader(bytes);
        if (reader.Unsigned() != Format) throw new InvalidDataException("Unknown format of a fragment.");
        var flags = reader.Unsigned();
        var rows = new int[(int)reader.Unsigned()];
        for (int i = 0, before = 0; i < rows.Length; i++) rows[i] = before += (int)reader.Unsigned();
        var household = (flags & 2) == 0 ? null : (Household)DocumentCodec.DecodeRecord(EntityMap.Household, ref reader);
        var records = ImmutableArray.CreateBuilder<RowRecord>();
        while (!reader.AtEnd)
        {
            var map = EntityMap.All[(int)reader.Unsigned()];
            var row = (int)reader.Unsigned();
            records.Add(new RowRecord(row, DocumentCodec.DecodeRecord(map, ref reader)));
        }
        return new Fragment
        {
            HouseholdCode = code, Source = source, Rows = [.. rows], Refused = (flags & 1) != 0, Household = household, Records = records.ToImmutable(),
        };
    }
}
