using System.Text.Json;

namespace FangFanPin.Storage.Sealing;

/// <summary>
/// The key ring as a file outside the database, readable by its owner only. Whoever loses it loses every sealed row: back it up apart
/// from the database.
/// </summary>
public static class KeyRingFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private sealed record Ring(int CurrentSeal, RingKey[] Seals, int CurrentIndex, RingKey[] Indexes);

    /// <summary>Reads the ring; makes one with fresh keys when there is no file. Several processes may start at once: they get the same ring.</summary>
    public static KeyRing OpenOrCreate(string path)
    {
        if (!File.Exists(path)) TryCreate(path, KeyRing.Random());
        return Read(path);
    }

    /// <exception cref="InvalidDataException">Not a key ring, or others may read it.</exception>
    public static KeyRing Read(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            throw new InvalidDataException($"密钥文件 {path} 可被其他用户访问,请改为仅所有者可读写 (chmod 600)。");
        try
        {
            var ring = JsonSerializer.Deserialize<Ring>(File.ReadAllBytes(path), Format);
            return ring is null ? throw new JsonException() : new KeyRing(ring.CurrentSeal, ring.Seals, ring.CurrentIndex, ring.Indexes);
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or ArgumentNullException)
        {
            throw new InvalidDataException($"密钥文件 {path} 格式不正确。");
        }
    }

    /// <summary>Replaces the ring in one step, for rotations.</summary>
    public static void Write(string path, KeyRing ring)
    {
        var fresh = WriteAside(path, ring);
        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>Whoever loses the race keeps the winner's file.</summary>
    private static void TryCreate(string path, KeyRing ring)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var fresh = WriteAside(path, ring);
        try
        {
            File.Move(fresh, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(fresh);
        }
    }

    private static string WriteAside(string path, KeyRing ring)
    {
        var aside = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var stream = new FileStream(aside, options);
        JsonSerializer.Serialize(stream, new Ring(ring.Seal.Id, [.. ring.Seals], ring.Index.Id, [.. ring.Indexes]), Format);
        stream.Flush(flushToDisk: true);
        return aside;
    }
}
