using System.Security.Cryptography;
using System.Text;

namespace FangFanPin.Storage.Audit;

/// <summary>The text of <c>audit.pub</c>: public keys as PEM, the oldest first, behind each but the first the signature of the key before it.</summary>
internal static class AuditPublicKeys
{
    private const string KeyLabel = "PUBLIC KEY";
    private const string EndorsementLabel = "FFP AUDIT KEY ENDORSEMENT";

    private sealed record Block(byte[] Info, byte[]? Endorsement);

    /// <exception cref="InvalidDataException">There is none, or one that the key before it did not sign.</exception>
    public static IReadOnlyList<ECDsa> Read(string path)
    {
        try
        {
            var keys = new List<ECDsa>();
            foreach (var block in Blocks(File.ReadAllText(path)))
            {
                if (keys.Count > 0 && !(block.Endorsement is { } signed && keys[^1].VerifyHash(Statement(block.Info), signed)))
                    throw new InvalidDataException($"审计公钥文件中第 {keys.Count + 1} 个公钥没有前一密钥的签名:{path}");
                var key = ECDsa.Create();
                key.ImportSubjectPublicKeyInfo(block.Info, out _);
                keys.Add(key);
            }
            return keys.Count > 0 ? keys : throw new InvalidDataException($"审计公钥文件中没有公钥:{path}");
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw new InvalidDataException($"审计公钥文件不可用:{path}", e);
        }
    }

    /// <summary>What the key before signs.</summary>
    public static byte[] Statement(byte[] info) => SHA256.HashData([.. "ffp audit key\n"u8, .. info]);

    /// <returns>The text up to and with a key.</returns>
    public static string Through(string text, byte[] info)
    {
        var kept = new StringBuilder();
        foreach (var block in Blocks(text))
        {
            Append(kept, block);
            if (block.Info.AsSpan().SequenceEqual(info)) break;
        }
        return kept.ToString();
    }

    public static string With(string text, byte[] info, byte[] endorsement)
    {
        var all = new StringBuilder(text);
        Append(all, new Block(info, endorsement));
        return all.ToString();
    }

    private static void Append(StringBuilder text, Block block)
    {
        text.Append(PemEncoding.WriteString(KeyLabel, block.Info)).Append('\n');
        if (block.Endorsement is { } signed) text.Append(PemEncoding.WriteString(EndorsementLabel, signed)).Append('\n');
    }

    private static List<Block> Blocks(string text)
    {
        var blocks = new List<Block>();
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            var bytes = Convert.FromBase64String(rest[fields.Base64Data].ToString());
            if (rest[fields.Label].SequenceEqual(KeyLabel)) blocks.Add(new Block(bytes, null));
            else if (rest[fields.Label].SequenceEqual(EndorsementLabel) && blocks.Count > 0) blocks[^1] = blocks[^1] with { Endorsement = bytes };
        }
        return blocks;
    }
}
