using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Storage.Accounts;

/// <summary>
/// What makes rows of accounts trustworthy to whoever has the key and of no use to whoever has the database alone: the keyed hash of a row,
/// sealed TOTP secrets, blind login names. All keys come from the one file <c>account.key</c>, the newest first; older ones still verify and open.
/// </summary>
public sealed class AccountKeys
{
    public const string FileName = "account.key";
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private readonly string? folder;
    private volatile Known known;

    private sealed record Set(byte[] Rows, byte[] Secrets, byte[] Names);

    private sealed record Known(Set[] Sets, DateTime Stamp);

    public AccountKeys(byte[] master) => known = new Known([Of(master)], default);

    private AccountKeys(string folder)
    {
        this.folder = folder;
        known = Load(folder);
    }

    public static AccountKeys OfFolder(string folder) => new(folder);

    /// <summary>Adds a key, which signs and seals from now on. Processes that do not know it yet look at the file when they meet it.</summary>
    public void AddKey()
    {
        SecretFile.Add(folder ?? throw new InvalidOperationException("These keys have no file."), FileName, DateTimeOffset.UtcNow, olderUntil: null);
        known = Load(folder);
    }

    /// <summary>Over everything in the row that lets somebody in or lets them do something.</summary>
    public byte[] Mac(Account account) => Mac(account, known.Sets[0]);

    public bool IsIntact(Account account, byte[]? mac) => mac is not null && (Signed(account, mac) || (Look() && Signed(account, mac)));

    /// <returns>False when the row was signed with an older key.</returns>
    public bool IsCurrent(Account account, byte[] mac) => CryptographicOperations.FixedTimeEquals(mac, Mac(account));

    private bool Signed(Account account, byte[] mac) => known.Sets.Any(set => CryptographicOperations.FixedTimeEquals(mac, Mac(account, set)));

    private static byte[] Mac(Account account, Set set)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, set.Rows);
        Add(hash, account.Name, account.PasswordHash, account.DisplayName, account.Region.ToString(), account.MustChange ? "must-change" : "",
            account.Disabled ? "disabled" : "", account.Stamp.ToString("N"), Microseconds(account.PasswordChangedAt), Text(account.PhoneIndex),
            Text(account.TotpSecret), account.TotpConfirmed ? "confirmed" : "", Text(account.EnrolHash));
        Add(hash, [.. account.Roles]);
        return hash.GetHashAndReset();
    }

    /// <param name="account">Name of the account; the box opens for no other.</param>
    public byte[] SealSecret(string account, byte[] secret)
    {
        var box = new byte[NonceLength + secret.Length + TagLength];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceLength));
        using var cipher = new AesGcm(known.Sets[0].Secrets, TagLength);
        cipher.Encrypt(box.AsSpan(0, NonceLength), secret, box.AsSpan(NonceLength, secret.Length), box.AsSpan(box.Length - TagLength), Encoding.UTF8.GetBytes(account));
        return box;
    }

    /// <exception cref="CryptographicException">Damaged, or of another account.</exception>
    public byte[] OpenSecret(string account, byte[] box) =>
        TryOpen(account, box) ?? (Look() ? TryOpen(account, box) : null) ?? throw new CryptographicException("A secret opens with no key.");

    /// <summary>Of a phone number; null for null.</summary>
    public byte[]? PhoneIndex(string? phone) => PhoneIndexes(phone) is [var newest, ..] ? newest : null;

    /// <summary>One per key: the number itself is kept nowhere, so that an index cannot be made anew.</summary>
    public byte[][] PhoneIndexes(string? phone)
    {
        if (BlindText.Phone(phone) is not { } digits) return [];
        Look();
        return [.. known.Sets.Select(set => Blind(set, "phone", digits))];
    }

    /// <summary>A keyed hash that stands for a text which must not be stored.</summary>
    public byte[] Blind(string kind, string text) => Blind(known.Sets[0], kind, text);

    private static byte[] Blind(Set set, string kind, string text) => HMACSHA256.HashData(set.Names, Encoding.UTF8.GetBytes($"{kind}\n{text}"))[..16];

    private byte[]? TryOpen(string account, byte[] box)
    {
        foreach (var set in known.Sets)
        {
            try
            {
                var secret = new byte[box.Length - NonceLength - TagLength];
                using var cipher = new AesGcm(set.Secrets, TagLength);
                cipher.Decrypt(box.AsSpan(0, NonceLength), box.AsSpan(NonceLength, secret.Length), box.AsSpan(box.Length - TagLength), secret, Encoding.UTF8.GetBytes(account));
                return secret;
            }
            catch (AuthenticationTagMismatchException)
            {
                // sealed with another of the keys, or with none
            }
        }
        return null;
    }

    /// <returns>True when the file has other keys than before.</returns>
    private bool Look()
    {
        if (folder is null || File.GetLastWriteTimeUtc(Path.Combine(folder, FileName)) == known.Stamp) return false;
        known = Load(folder);
        return true;
    }

    /// <summary>The stamp first: what is written in between is read again.</summary>
    private static Known Load(string folder)
    {
        var stamp = File.GetLastWriteTimeUtc(Path.Combine(folder, FileName));
        return new Known([.. SecretFile.LoadOrCreate(folder, FileName).Select(key => Of(key.Bytes))], stamp);
    }

    private static Set Of(byte[] master) => new(Derive(master, "account row"), Derive(master, "totp secret"), Derive(master, "login name"));

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
