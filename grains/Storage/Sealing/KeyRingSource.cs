namespace FangFanPin.Storage.Sealing;

/// <summary>
/// The ring as it stands in its file, for a process that runs while keys are added. Whoever searches looks at the file each time, so that no key is
/// missed; whoever writes looks once a second, which is soon enough because new keys are used for writing some time after they stand there.
/// </summary>
public sealed class KeyRingSource
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly KeyRingFile? file;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private volatile Known known;

    private sealed record Known(KeyRing Ring, DateTime Stamp, long LookedAt);

    /// <param name="ring">For good.</param>
    public KeyRingSource(KeyRing ring)
    {
        clock = TimeProvider.System;
        known = new Known(ring, default, long.MaxValue);
    }

    public KeyRingSource(KeyRingFile file, TimeProvider clock, KeySuite suite = KeySuite.International)
    {
        (this.file, this.clock) = (file, clock);
        // The stamp first: a ring that is written in between is read again.
        var stamp = file.Stamp();
        known = new Known(file.OpenOrCreate(suite), stamp, clock.GetTimestamp());
    }

    public KeyRingFile File => file ?? throw new InvalidOperationException("This ring has no file.");

    /// <summary>With everything that stands in the file now.</summary>
    /// <exception cref="InvalidDataException">The file was replaced by something that cannot be read.</exception>
    public KeyRing Newest() => Look(known).Ring;

    /// <summary>The keys for what is written now.</summary>
    public (RingKey Seal, RingKey Index) ToWriteWith()
    {
        var now = known;
        if (file is not null && clock.GetElapsedTime(now.LookedAt) >= LookEvery) now = Look(now);
        var moment = now.Ring.From is null ? default : clock.GetUtcNow();
        return now.Ring.From is null ? (now.Ring.Seal, now.Ring.Index) : (now.Ring.SealAt(moment), now.Ring.IndexAt(moment));
    }

    /// <returns>Null when the file does not have it either.</returns>
    public RingKey? FindSeal(int id) => known.Ring.FindSeal(id) ?? Look(known).Ring.FindSeal(id);

    private Known Look(Known before)
    {
        if (file is null) return before;
        var stamp = file.Stamp();
        if (stamp == before.Stamp) return known = before with { LookedAt = clock.GetTimestamp() };
        lock (gate)
        {
            if (known.Stamp == stamp) return known;
            return known = new Known(file.Read(), stamp, clock.GetTimestamp());
        }
    }
}
