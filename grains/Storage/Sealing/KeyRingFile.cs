using System.Text.Json;

namespace FangFanPin.Storage.Sealing;

/// <summary>
/// The key ring as a file outside the database, readable by its owner only; its keys stand in it as a provider wrapped them. Whoever loses it loses
/// every sealed row: back it up apart from the database.
/// </summary>
/// <param name="path">Of the file.</param>
/// <param name="provider">Wraps what is written; what another one wrapped is given to <paramref name="others"/>.</param>
/// <param name="others">Providers that wrapped keys in earlier days.</param>
public sealed class KeyRingFile(string path, IKeyProvider provider, params IKeyProvider[] others)
{
    public const string FileName = "keys.json";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault };

    /// <param name="Bytes">As the provider gave it.</param>
    /// <param name="Provider">Null: <see cref="FileKeyProvider"/>.</param>
    /// <param name="Suite">Null: the international one.</param>
    private sealed record Entry(int Id, byte[] Bytes, string? Provider = null, KeySuite? Suite = null);

    private sealed record Content(int CurrentSeal, Entry[] Seals, int CurrentIndex, Entry[] Indexes, DateTimeOffset? From = null);

    /// <summary>Keys of files made before there were providers, and of those that need none.</summary>
    public KeyRingFile(string path) : this(path, new FileKeyProvider()) { }

    public IKeyProvider Provider => provider;

    public bool Exists => File.Exists(path);

    /// <summary>Changes whenever the file is replaced.</summary>
    public DateTime Stamp() => File.GetLastWriteTimeUtc(path);

    /// <summary>Reads the ring; makes one with fresh keys when there is no file. Several processes may start at once: they get the same ring.</summary>
    public KeyRing OpenOrCreate(KeySuite suite = KeySuite.International)
    {
        if (!Exists) OnceFile.Make(path, stream => Write(stream, KeyRing.Random(suite)));
        return Read();
    }

    /// <exception cref="InvalidDataException">Not a key ring, others may read it, or its provider does not give the keys out.</exception>
    public KeyRing Read()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw new InvalidDataException($"密钥文件 {path} 可被其他用户访问,请改为仅所有者可读写 (chmod 600)。");
        try
        {
            var ring = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), Format) ?? throw new JsonException();
            return new KeyRing(ring.CurrentSeal, ring.Seals.Select(k => Open(k, "seal")), ring.CurrentIndex, ring.Indexes.Select(k => Open(k, "index")), ring.From);
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or ArgumentNullException)
        {
            throw new InvalidDataException($"密钥文件 {path} 格式不正确。");
        }
    }

    /// <summary>Replaces the ring in one step, all its keys wrapped by the present provider.</summary>
    public void Write(KeyRing ring)
    {
        var before = Exists ? Stamp() : default;
        var fresh = WriteAside(ring);
        // Moments of a file system may be coarse; whoever knows the old ring must see that this is another.
        if (File.GetLastWriteTimeUtc(fresh) <= before) File.SetLastWriteTimeUtc(fresh, before.AddMilliseconds(10));
        File.Move(fresh, path, overwrite: true);
    }

    private RingKey Open(Entry entry, string use)
    {
        var name = entry.Provider ?? FileKeyProvider.ProviderName;
        var by = others.Append(provider).Append(new FileKeyProvider()).FirstOrDefault(p => p.Name == name)
            ?? throw new InvalidDataException($"密钥文件 {path} 中的密钥由 {name} 保护,但未配置该密钥服务。");
        return new RingKey(entry.Id, by.Unwrap(entry.Bytes, Purpose(use, entry.Id)), entry.Suite ?? KeySuite.International);
    }

    private Entry Closed(RingKey key, string use) => new(
        key.Id, provider.Wrap(key.Bytes, Purpose(use, key.Id)), provider.Name == FileKeyProvider.ProviderName ? null : provider.Name, key.Suite == KeySuite.International ? null : key.Suite);

    private static string Purpose(string use, int id) => $"{use}/{id}";

    private void Write(Stream stream, KeyRing ring) => JsonSerializer.Serialize(stream, new Content(
        ring.Seal.Id, [.. ring.Seals.OrderBy(k => k.Id).Select(k => Closed(k, "seal"))], ring.Index.Id, [.. ring.Indexes.OrderBy(k => k.Id).Select(k => Closed(k, "index"))], ring.From), Format);

    private string WriteAside(KeyRing ring)
    {
        var aside = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var stream = new FileStream(aside, options);
        Write(stream, ring);
        stream.Flush(flushToDisk: true);
        return aside;
    }
}
