using System.Security.Cryptography;
using System.Text;
using FangFanPin.Storage.Sealing;

namespace FangFanPin.Storage.Audit;

/// <summary>
/// Signs checkpoints (ECDSA, P-256, SHA-256) with a key that the database never sees: <c>audit.key</c>, readable by its owner only. Its public
/// half <c>audit.pub</c> is all that a verifier elsewhere needs.
/// </summary>
public sealed class CheckpointKey : IDisposable
{
    public const string FileName = "audit.key";
    public const string PublicFileName = "audit.pub";
    private readonly ECDsa key;

    private CheckpointKey(ECDsa key) => this.key = key;

    /// <summary>Makes a key when there is none. Processes that start at once agree on one.</summary>
    /// <exception cref="InvalidDataException">The file is no such key.</exception>
    public static CheckpointKey OfFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) Create(path);
        var key = Load(path);
        var pub = Path.Combine(folder, PublicFileName);
        if (!File.Exists(pub)) File.WriteAllText(pub, key.key.ExportSubjectPublicKeyInfoPem());
        return key;
    }

    /// <summary>For verifying only: the public key, or the private one where there is no other.</summary>
    /// <exception cref="InvalidDataException">Neither is there.</exception>
    public static CheckpointKey ToVerify(string folder)
    {
        var pub = Path.Combine(folder, PublicFileName);
        return Load(File.Exists(pub) ? pub : Path.Combine(folder, FileName));
    }

    public byte[] Sign(byte[] chain) => key.SignHash(chain);
    public bool Verifies(Checkpoint checkpoint) => Signed(checkpoint.Chain, checkpoint.Signature);
    public bool Signed(byte[] hash, byte[] signature) => key.VerifyHash(hash, signature);
    public void Dispose() => key.Dispose();

    private static CheckpointKey Load(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return new CheckpointKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or FileNotFoundException)
        {
            key.Dispose();
            throw new InvalidDataException($"审计签名密钥不可用:{path}", e);
        }
    }

    private static void Create(string path) => OnceFile.Make(path, stream =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        stream.Write(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
    });
}
