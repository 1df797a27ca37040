using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Storage.Sealing;

namespace FangFanPin.Storage.Accounts;

/// <param name="Until">From then on it counts no more; null for a key that counts for good.</param>
public sealed record SecretKey(byte[] Bytes, DateTimeOffset? Until);

/// <summary>Random keys of this installation in a file that only its owner reads, the first made on first use: a line each, in hex, the newest first, and behind it the Unix second of its end.</summary>
public static class SecretFile
{
    private const int KeyBytes = 32;

    /// <summary>Several processes that start at once agree on one key.</summary>
    /// <returns>All of them, the newest first.</returns>
    /// <exception cref="InvalidDataException">A line of it is no key.</exception>
    public static IReadOnlyList<SecretKey> LoadOrCreate(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        OnceFile.Make(file, stream => Write(stream, []));
        try
        {
            var keys = File.ReadLines(file).Where(line => line.Trim().Length > 0).Select(Read).ToList();
            if (keys.Count > 0 && keys.TrueForAll(key => key.Bytes.Length >= KeyBytes)) return keys;
        }
        catch (FormatException)
        {
            // said below
        }
        throw new InvalidDataException($"密钥文件已损坏:{file}");
    }

    /// <summary>Puts a fresh key in front. Two that do so at once add one each.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="name">Of the file.</param>
    /// <param name="now">Keys whose time is over are dropped.</param>
    /// <param name="olderUntil">So long those that were there still count; null: for good.</param>
    public static void Add(string folder, string name, DateTimeOffset now, DateTimeOffset? olderUntil)
    {
        var file = Path.Combine(folder, name);
        using var turn = OnceFile.Turn(file + ".lock");
        var older = LoadOrCreate(folder, name).Where(key => key.Until is null || key.Until > now).Select(key => key with { Until = key.Until ?? olderUntil }).ToList();
        OnceFile.Replace(file, stream => Write(stream, older));
    }

    private static SecretKey Read(string line) => line.Trim().Split(' ') switch
    {
        [var key] => new(Convert.FromHexString(key), null),
        [var key, var until] => new(Convert.FromHexString(key), DateTimeOffset.FromUnixTimeSeconds(long.Parse(until, NumberStyles.None, CultureInfo.InvariantCulture))),
        _ => throw new FormatException(),
    };

    private static void Write(Stream stream, IReadOnlyCollection<SecretKey> older) => stream.Write(Encoding.ASCII.GetBytes(string.Join('\n', older.Prepend(new SecretKey(RandomNumberGenerator.GetBytes(KeyBytes), null)).Select(Line))));

    private static string Line(SecretKey key) =>
        key.Until is { } until ? string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexString(key.Bytes)} {until.ToUnixTimeSeconds()}") : Convert.ToHexString(key.Bytes);
}
