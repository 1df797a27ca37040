using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Storage.Accounts;

/// <summary>
/// What makes rows of accounts trustworthy to whoever has the key and of no use to whoever has the database alone: the keyed hash of a row,
/// sealed TOTP secrets, blind login names. All keys come from the one file <c>account.key</c>.
/// </summary>
public sealed class AccountKeys
{
    public const string FileName = "account.key";
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private readonly byte[] rows;
    private readonly byte[] secrets;
    private readonly byte[] names;

    public AccountKeys(byte[] master)
    {
        (rows, secrets, names) = (Derive(master, "account row"), Derive(master, "totp secret"), Derive(master, "login name"));
    }

    public static AccountKeys OfFolder(string folder) => new(SecretFile.LoadOrCreate(folder, FileName));

    /// <summary>Over everything in the row that lets somebody in or lets them do something.</summary>
    public byte[] Mac(Account account)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, rows);
        Add(hash, account.Name, account.PasswordHash, account.DisplayName, account.Region.ToString(), account.MustChange ? "must-change" : "",
            account.Disabled ? "disabled" : "", account.Stamp.ToString("N"), Microseconds(account.PasswordChangedAt), Text(account.PhoneIndex),
            Text(account.TotpSecret), account.TotpConfirmed ? "confirmed" : "", Text(account.EnrolHash));
        Add(hash, [.. account.Roles]);
        return hash.GetHashAndReset();
    }

    public bool IsIntact(Account account, byte[]? mac) => mac is not null && CryptographicOperations.FixedTimeEquals(mac, Mac(account));

    /// <param name="account">Name of the account; the box opens for no other.</param>
    public byte[] SealSecret(string account, byte[] secret)
    {
        var box = new byte[NonceLength + secret.Length + TagLength];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceLength));
        using var cipher = new AesGcm(secrets, TagLength);
        cipher.Encrypt(box.AsSpan(0, NonceLength), secret, box.AsSpan(NonceLength, secret.Length), box.AsSpan(box.Length - TagLength), Encoding.UTF8.GetBytes(account));
        return box;
    }

    /// <exception cref="CryptographicException">Damaged, or of another account.</exception>
    public byte[] OpenSecret(string account, byte[] box)
    {
        var secret = new byte[box.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(secrets, TagLength);
        cipher.Decrypt(box.AsSpan(0, NonceLength), box.AsSpan(NonceLength, secret.Length), box.AsSpan(box.Length - TagLength), secret, Encoding.UTF8.GetBytes(account));
        return secret;
    }

    /// <summary>Of a phone number; null for null.</summary>
    public byte[]? PhoneIndex(string? phone) => BlindText.Phone(phone) is { } digits ? Blind("phone", digits) : null;

    /// <summary>A keyed hash that stands for a text which must not be stored.</summary>
    public byte[] Blind(string kind, string text) => HMACSHA256.HashData(names, Encoding.UTF8.GetBytes($"{kind}\n{text}"))[..16];

    private static byte[] Derive(byte[] master, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, 32, info: Encoding.ASCII.GetBytes($"ffp {purpose}"));

    /// <summary>Lengths stand in front, so that no two rows give the same bytes.</summary>
    private static void Add(IncrementalHash hash, params string[] parts)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, parts.Length);
        hash.AppendData(length);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }

    private static string Text(byte[]? bytes) => bytes is null ? "-" : Convert.ToHexString(bytes);

    /// <summary>The database keeps no more of a moment.</summary>
    private static string Microseconds(DateTimeOffset moment) =>
        (moment.UtcTicks / TimeSpan.TicksPerMicrosecond).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
