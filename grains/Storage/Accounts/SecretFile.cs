using System.Security.Cryptography;
using System.Text;
using FangFanPin.Storage.Sealing;

namespace FangFanPin.Storage.Accounts;

/// <summary>A random key of this installation in a file that only its owner reads, made on first use.</summary>
public static class SecretFile
{
    private const int KeyBytes = 32;

    /// <summary>Several processes that start at once agree on one key.</summary>
    /// <exception cref="InvalidDataException">The file is no such key.</exception>
    public static byte[] LoadOrCreate(string folder, string name) => LoadOrCreateAll(folder, name)[0];

    /// <summary>Likewise of a file that keys were added to: all of them, the newest first.</summary>
    /// <exception cref="InvalidDataException">A line of it is no key.</exception>
    public static IReadOnlyList<byte[]> LoadOrCreateAll(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, name);
        if (!File.Exists(file)) OnceFile.Make(file, stream => Write(stream, []));
        try
        {
            var keys = File.ReadLines(file).Select(line => Convert.FromHexString(line.Trim())).Where(key => key.Length > 0).ToList();
            if (keys.Count > 0 && keys.TrueForAll(key => key.Length >= KeyBytes)) return keys;
        }
        catch (FormatException)
        {
            // said below
        }
        throw new InvalidDataException($"密钥文件已损坏:{file}");
    }

    /// <summary>Puts a fresh key in front. Two that do so at once add one each.</summary>
    public static void Add(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        using var turn = new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        var before = File.GetLastWriteTimeUtc(file);
        Replace(file, LoadOrCreateAll(folder, name));
        if (File.GetLastWriteTimeUtc(file) <= before) File.SetLastWriteTimeUtc(file, before.AddMilliseconds(10));
    }

    private static void Replace(string file, IReadOnlyCollection<byte[]> older)
    {
        var draft = $"{file}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options))
        {
            Write(stream, older);
            stream.Flush(flushToDisk: true);
        }
        File.Move(draft, file, overwrite: true);
    }

    private static void Write(Stream stream, IReadOnlyCollection<byte[]> older) =>
        stream.Write(Encoding.ASCII.GetBytes(string.Join('\n', older.Prepend(RandomNumberGenerator.GetBytes(KeyBytes)).Select(key => Convert.ToHexString(key)))));
}
