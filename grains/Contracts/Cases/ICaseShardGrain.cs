namespace FangFanPin.Contracts.Cases;

/// <summary>One of 64 parts of the cases' due table. Key: <see cref="KeyOf"/>.</summary>
[Alias("ffp.case-shard")]
public interface ICaseShardGrain : IGrainWithStringKey
{
    /// <summary>Fixed for good: a case's shard follows from its id.</summary>
    public const int Shards = 64;

    public static string KeyOf(int shard) => $"case-due/{shard:D2}";

    /// <summary>Makes sure that the shard has its reminder. May be called by every process at its start.</summary>
    [Alias("ensure")]
    Task EnsureAsync();

    /// <summary>Has every case looked after that is due now, owes something, or stands in a village that is no more.</summary>
    /// <returns>Cases that were looked after.</returns>
    [Alias("work-off")]
    Task<int> WorkOffAsync();
}
