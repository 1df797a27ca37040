using System.Security.Cryptography;
using System.Text;
using FangFanPin.Storage.Sealing;

namespace FangFanPin.Storage.Audit;

/// <summary>
/// Signs checkpoints (ECDSA, P-256, SHA-256) with a key that the database never sees: <c>audit.key</c>, readable by its owner only. The public halves in
/// <c>audit.pub</c>, the oldest first, are all that a verifier elsewhere needs. A key that follows another is endorsed by it, and the older private half is
/// gone: what it signed still verifies, nothing new can be signed with it.
/// </summary>
public sealed class CheckpointKey : IDisposable
{
    public const string FileName = "audit.key";
    public const string PublicFileName = "audit.pub";
    private readonly string folder;
    private readonly bool signs;
    private volatile Known known;

    private sealed record Known(ECDsa? Own, IReadOnlyList<ECDsa> Publics, (DateTime, DateTime) Stamp);

    private CheckpointKey(string folder, bool signs)
    {
        (this.folder, this.signs) = (folder, signs);
        known = Load();
    }

    /// <summary>Makes a key when there is none. Processes that start at once agree on one.</summary>
    /// <exception cref="InvalidDataException">A file is no such key, or the two do not belong together.</exception>
    public static CheckpointKey OfFolder(string folder)
    {
        OnceFile.Make(Path.Combine(folder, FileName), stream =>
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            stream.Write(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        });
        OnceFile.Make(Path.Combine(folder, PublicFileName), stream =>
        {
            using var key = Read(Path.Combine(folder, FileName));
            stream.Write(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()));
        });
        return new CheckpointKey(folder, signs: true);
    }

    /// <summary>For verifying only: the public keys, or the private one where there is no other.</summary>
    /// <exception cref="InvalidDataException">Neither is there.</exception>
    public static CheckpointKey ToVerify(string folder) => new(folder, signs: false);

    /// <summary>Puts a fresh key in the place of the present one, while processes run: they look at the files before they sign, and when they meet a signature that they do not know.</summary>
    /// <returns>SHA-256 of the new public half, in hex.</returns>
    /// <exception cref="InvalidDataException">As <see cref="OfFolder"/>.</exception>
    public static string Exchange(string folder)
    {
        var (own, pub) = (Path.Combine(folder, FileName), Path.Combine(folder, PublicFileName));
        using var turn = OnceFile.Turn(own + ".lock");
        using var present = OfFolder(folder);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var info = next.ExportSubjectPublicKeyInfo();
        // Behind the present key: one whose private half was lost between the two files has signed nothing.
        var kept = AuditPublicKeys.Through(File.ReadAllText(pub), present.known.Own!.ExportSubjectPublicKeyInfo());
        OnceFile.Replace(pub, stream => stream.Write(Encoding.ASCII.GetBytes(AuditPublicKeys.With(kept, info, present.known.Own.SignHash(AuditPublicKeys.Statement(info))))));
        OnceFile.Replace(own, stream => stream.Write(Encoding.ASCII.GetBytes(next.ExportPkcs8PrivateKeyPem())));
        return Convert.ToHexStringLower(SHA256.HashData(info));
    }

    /// <summary>With the newest key.</summary>
    public byte[] Sign(byte[] chain)
    {
        Look();
        return (known.Own ?? throw new InvalidOperationException("This key is for verifying only.")).SignHash(chain);
    }

    public bool Verifies(Checkpoint checkpoint) => Signed(checkpoint.Chain, checkpoint.Signature);

    public bool Signed(byte[] hash, byte[] signature) => NumberOf(hash, signature) is not null;

    /// <returns>Which of the keys signed it, 0 for the oldest; null for none.</returns>
    public int? NumberOf(byte[] hash, byte[] signature) => Find(hash, signature) ?? (Look() ? Find(hash, signature) : null);

    public void Dispose()
    {
        known.Own?.Dispose();
        foreach (var one in known.Publics) one.Dispose();
    }

    private int? Find(byte[] hash, byte[] signature)
    {
        var publics = known.Publics;
        for (var i = publics.Count - 1; i >= 0; i--)
            if (publics[i].VerifyHash(hash, signature)) return i;
        return null;
    }

    /// <returns>True when the files have other keys than before.</returns>
    private bool Look()
    {
        if (Stamp() == known.Stamp) return false;
        known = Load(); // whoever is just using the old ones keeps them
        return true;
    }

    private (DateTime, DateTime) Stamp() => (File.GetLastWriteTimeUtc(Path.Combine(folder, FileName)), File.GetLastWriteTimeUtc(Path.Combine(folder, PublicFileName)));

    /// <summary>The stamp first: what is written in between is read again. The private half first: its public one is in place before it.</summary>
    private Known Load()
    {
        var (stamp, pub) = (Stamp(), Path.Combine(folder, PublicFileName));
        var own = signs || !File.Exists(pub) ? Read(Path.Combine(folder, FileName)) : null;
        var publics = File.Exists(pub) ? AuditPublicKeys.Read(pub) : [own!];
        if (own is not null && !publics.Any(p => p.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(own.ExportSubjectPublicKeyInfo())))
            throw new InvalidDataException($"{FileName} 与 {PublicFileName} 不是一对:{folder}");
        return new Known(own, publics, stamp);
    }

    private static ECDsa Read(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or FileNotFoundException)
        {
            key.Dispose();
            throw new InvalidDataException($"审计签名密钥不可用:{path}", e);
        }
    }
}
