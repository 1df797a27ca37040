using FangFanPin.Domain.Figures;

namespace FangFanPin.Domain.Households;

/// <summary>A household as its committed row says it, read without waking its grain.</summary>
public sealed record ReadHousehold
{
    public required string Code { get; init; }

    /// <summary>The version that people see and name in <c>If-Match</c>: that of the newest change.</summary>
    public required long Version { get; init; }

    /// <summary>The row's own version, which also counts dates that moved figures; debts name it.</summary>
    public required long StoredVersion { get; init; }
    public required HouseholdFile File { get; init; }

    /// <summary>As stored, not as counted from the file.</summary>
    public required CellVector Contribution { get; init; }
    public DateTimeOffset? ChangedAt { get; init; }
    public string? ChangedBy { get; init; }
}

/// <summary>Opened documents straight from the rows. A household that was cleared, or whose registration was undone, is not there.</summary>
public interface IHouseholdReader
{
    Task<ReadHousehold?> FindAsync(string code, CancellationToken ct = default);

    /// <summary>Those that are there, by code, from one snapshot.</summary>
    /// <param name="codes">At most <see cref="HouseholdReading.KeysMax"/>.</param>
    Task<IReadOnlyDictionary<string, ReadHousehold>> FindAsync(IReadOnlyCollection<string> codes, CancellationToken ct = default);

    /// <summary>All households of a village in the order of their codes, deregistered ones included; one snapshot, streamed.</summary>
    /// <param name="after">Only those with a higher code.</param>
    IAsyncEnumerable<ReadHousehold> OfVillageAsync(string village, string after = "", CancellationToken ct = default);
}

public static class HouseholdReading
{
    public const int KeysMax = 1000;
}
