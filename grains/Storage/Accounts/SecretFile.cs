using System.Security.Cryptography;

namespace FangFanPin.Storage.Accounts;

/// <summary>A random key of this installation in a file that only its owner reads, made on first use.</summary>
public static class SecretFile
{
    private const int KeyBytes = 32;

    /// <summary>Several processes that start at once agree on one key.</summary>
    /// <exception cref="InvalidDataException">The file is no such key.</exception>
    public static byte[] LoadOrCreate(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, name);
        if (!File.Exists(file)) Create(file);
        try
        {
            var bytes = Convert.FromHexString(File.ReadAllText(file).Trim());
            if (bytes.Length >= KeyBytes) return bytes;
        }
        catch (FormatException)
        {
            // said below
        }
        throw new InvalidDataException($"密钥文件已损坏:{file}");
    }

    private static void Create(string file)
    {
        var draft = $"{file}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(draft, options)) writer.Write(Convert.ToHexString(RandomNumberGenerator.GetBytes(KeyBytes)));
        try
        {
            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(draft); // another process was first: its key holds
        }
    }
}
