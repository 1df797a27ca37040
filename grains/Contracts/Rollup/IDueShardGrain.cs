namespace FangFanPin.Contracts.Rollup;

/// <summary>One of 64 parts of the due table: asks households whose contribution changes with the date to compute it anew. Key: <see cref="KeyOf"/>.</summary>
[Alias("ffp.due-shard")]
public interface IDueShardGrain : IGrainWithStringKey
{
    /// <summary>Fixed for good: a household's shard follows from its code.</summary>
    public const int Shards = 64;

    public static string KeyOf(int shard) => $"due/{shard:D2}";

    /// <summary>Makes sure that the shard has its reminder. May be called by every process at its start.</summary>
    [Alias("ensure")]
    Task EnsureAsync();

    /// <summary>Works off what is due now.</summary>
    /// <returns>Households that were asked.</returns>
    [Alias("work-off")]
    Task<int> WorkOffAsync();
}
