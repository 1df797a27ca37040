namespace FangFanPin.Domain.Cases;

/// <summary>What is wrong with open cases as they stand in the tables; nothing, if everything holds.</summary>
/// <param name="WithoutDeadline">No due day, or none who looks at it.</param>
/// <param name="WithoutHandler">No level, or a village that is no more.</param>
/// <param name="Unlooked">Should have been looked after over an hour ago: the due shards do not run.</param>
public sealed record CaseHealth(long Open, long WithoutDeadline, long WithoutHandler, long Unlooked)
{
    /// <summary>Their level has nobody with an account that may handle them: disabled, moved, or never made. They escalate; a person has to be found.</summary>
    public long Unattended { get; init; }

    public bool Holds => WithoutDeadline == 0 && WithoutHandler == 0 && Unlooked == 0;
}

public interface ICaseHealth
{
    Task<CaseHealth> CheckAsync(DateTimeOffset now, CancellationToken ct = default);
}
