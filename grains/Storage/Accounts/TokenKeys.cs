namespace FangFanPin.Storage.Accounts;

/// <summary>
/// The keys of access tokens: <c>token.key</c>, the newest first. After an exchange the newest signs at once in every process, and older ones are believed
/// until the tokens that they signed have ended anyway.
/// </summary>
public sealed class TokenKeys
{
    public const string FileName = "token.key";
    private readonly string folder;
    private readonly TimeProvider clock;
    private volatile Known known;

    private sealed record Known(IReadOnlyList<SecretKey> Keys, DateTime Stamp);

    public TokenKeys(string folder, TimeProvider clock)
    {
        (this.folder, this.clock) = (folder, clock);
        known = Load();
    }

    public byte[] Newest => Current()[0].Bytes;

    /// <summary>Those whose signature is believed now, the newest first.</summary>
    public IEnumerable<byte[]> Believed => Current().Where(key => key.Until is not { } until || until > clock.GetUtcNow()).Select(key => key.Bytes);

    /// <param name="longest">So long a token lives at most.</param>
    public void Exchange(TimeSpan longest) => SecretFile.Add(folder, FileName, clock.GetUtcNow(), clock.GetUtcNow() + longest);

    /// <summary>Looks at the file's stamp each time: who is still told the older key signs with it, and believes it too long.</summary>
    private IReadOnlyList<SecretKey> Current()
    {
        if (Stamp() != known.Stamp) known = Load();
        return known.Keys;
    }

    /// <summary>The stamp first: what is written in between is read again.</summary>
    private Known Load()
    {
        var stamp = Stamp();
        var keys = SecretFile.LoadOrCreate(folder, FileName);
        return new Known(keys, stamp);
    }

    private DateTime Stamp() => File.GetLastWriteTimeUtc(Path.Combine(folder, FileName));
}
