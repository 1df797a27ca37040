using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace FangFanPin.Domain.Accounts;

/// <summary>Time-based one-time codes, RFC 6238: 30 seconds, HMAC-SHA-1 and six digits, as authenticator programs expect them.</summary>
public static class Totp
{
    public const int SecretBytes = 20;
    public const int CodeDigits = 6;
    private const int StepSeconds = 30;

    /// <summary>A code holds in its own step, the one before and the one after: clocks of telephones differ.</summary>
    private const int StepsAround = 1;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static long StepAt(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The step that a code belongs to; null when it is wrong, or not newer than one that was used.</summary>
    /// <param name="lastUsed">No step up to this one is good any more, so that an overheard code cannot come twice.</param>
    public static long? Match(byte[] secret, string? code, DateTimeOffset now, long lastUsed)
    {
        if (code is not { Length: CodeDigits }) return null;
        long? found = null;
        for (var step = StepAt(now) - StepsAround; step <= StepAt(now) + StepsAround; step++)
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(Code(secret, step)), System.Text.Encoding.UTF8.GetBytes(code)) && step > lastUsed)
                found ??= step;
        return found;
    }

    /// <param name="digits">Six, or eight in the standard's test vectors.</param>
    public static string Code(byte[] secret, long step, int digits = CodeDigits)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // the algorithm of the standard that authenticator programs know; HMAC does not rest on collision resistance
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xf)) & 0x7fffffff;
        var modulus = 1;
        for (var i = 0; i < digits; i++) modulus *= 10;
        return (number % modulus).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>Base 32, as people type it and authenticator programs read it.</summary>
    public static string Text(byte[] secret)
    {
        var (text, bits, buffer) = (new System.Text.StringBuilder(), 0, 0);
        foreach (var one in secret)
        {
            buffer = ((buffer << 8) | one) & 0xffff;
            for (bits += 8; bits >= 5; bits -= 5) text.Append(Alphabet[(buffer >> (bits - 5)) & 31]);
        }
        if (bits > 0) text.Append(Alphabet[(buffer << (5 - bits)) & 31]);
        return text.ToString();
    }

    /// <exception cref="FormatException">A character that base 32 does not have.</exception>
    public static byte[] Secret(string text)
    {
        var (secret, bits, buffer) = (new List<byte>(), 0, 0);
        foreach (var c in text.TrimEnd('=').ToUpperInvariant())
        {
            var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0) throw new FormatException("not base 32");
            buffer = ((buffer << 5) | value) & 0xffff;
            if ((bits += 5) < 8) continue;
            bits -= 8;
            secret.Add((byte)(buffer >> bits));
        }
        return [.. secret];
    }

    /// <summary>For the QR code that an authenticator program scans.</summary>
    public static string Address(string issuer, string account, byte[] secret) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}?secret={Text(secret)}&issuer={Uri.EscapeDataString(issuer)}";
}
