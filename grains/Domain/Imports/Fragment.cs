using System.Collections.Immutable;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Imports;

/// <summary>A record with the row it came from.</summary>
public sealed record RowRecord(int Row, Entity Record);

/// <summary>What one sheet says about one household.</summary>
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
}
