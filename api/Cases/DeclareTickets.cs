using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Sealing;

namespace FangFanPin.Api.Cases;

/// <summary>Short texts that only this installation can have made: signs from an alphabet without look-alikes, from a keyed hash.</summary>
internal static class Signs
{
    private const string Alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ23"; // 32 places, 30 signs

    /// <param name="hash">Its first byte names the key and is left out.</param>
    public static string Of(ReadOnlySpan<byte> hash, int length)
    {
        var text = new StringBuilder(length);
        foreach (var b in hash[1..(length + 1)]) text.Append(Alphabet[b & 31]);
        return text.ToString();
    }

    public static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
}

/// <summary>The code by which an applicant follows a case: about 59 bits, the same whenever it is asked for.</summary>
internal sealed class QueryCodes(ISealer sealer)
{
    public const int Length = 12;

    public string Of(string caseId) => Signs.Of(sealer.BlindIndex(BlindKind.Ticket, "query " + caseId)!, Length);

    /// <summary>As people type it.</summary>
    public static string? Fold(string? text)
    {
        var folded = new string([.. (text ?? "").ToUpperInvariant().Where(char.IsAsciiLetterOrDigit)]);
        return folded.Length == Length ? folded : null;
    }
}

/// <summary>What a village's QR code carries: its code, and signs that nobody can guess for another village.</summary>
internal sealed class VillageTokens(ISealer sealer, ICaseLookups lookups, Domain.Regions.IRegions regions)
{
    private const int SignLength = 8, MergersMost = 20;

    public string Of(string village) => $"{village}-{Signs.Of(sealer.BlindIndex(BlindKind.Ticket, "village " + village)!, SignLength)}";

    /// <returns>The village that the sheet stands for today: a merged one leads to its successor. Null for no token of ours.</returns>
    public async Task<Domain.Regions.Region?> FindAsync(string? token, CancellationToken ct)
    {
        if (token?.Split('-') is not [{ Length: 12 } village, { Length: SignLength } signs]) return null;
        if (!sealer.BlindIndexes(BlindKind.Ticket, "village " + village).Any(hash => Signs.Same(Signs.Of(hash, SignLength), signs.ToUpperInvariant()))) return null;
        for (var i = 0; i < MergersMost; i++)
        {
            if (regions.Tree.Find(village) is { Level: Domain.Regions.RegionLevel.Village } found) return found;
            if (await lookups.SuccessorOfAsync(village, ct) is not { } successor) return null;
            village = successor;
        }
        return null;
    }
}

/// <summary>A phone that has answered its code: sealed, so that it needs no table and tells nothing.</summary>
internal sealed class PhoneSessions(ISealer sealer, TimeProvider clock)
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private static readonly SealPlace Place = new("phone_session", "", 0);

    private sealed record Content(string Phone, DateTimeOffset Until);

    public (string Session, DateTimeOffset Until) Issue(string phone)
    {
        var until = clock.GetUtcNow() + Life;
        return (Base64Url.EncodeToString(sealer.Seal(Place, JsonSerializer.SerializeToUtf8Bytes(new Content(BlindText.Phone(phone)!, until)))), until);
    }

    /// <returns>The phone; null for a session that is no more, or never was.</returns>
    public string? PhoneOf(string? session)
    {
        if (session is not { Length: > 0 and < 1000 } || !Base64Url.IsValid(session)) return null;
        try
        {
            var content = JsonSerializer.Deserialize<Content>(sealer.Open(Place, Base64Url.DecodeFromChars(session)));
            return content is not null && content.Until > clock.GetUtcNow() ? content.Phone : null;
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            return null;
        }
    }

    /// <summary>As owner of attachments: no phone number stands in the table.</summary>
    public string OwnerOf(string phone) => "phone/" + Convert.ToHexStringLower(sealer.BlindIndex(BlindKind.Phone, BlindText.Phone(phone))!);
}

/// <summary>
/// A small sum for machines: before a message is sent to a phone, the sender must find a number whose hash together with the challenge
/// begins with enough zero bits. A phone needs well under a second, a flood needs a farm.
/// </summary>
internal sealed class Challenges(ISealer sealer, IPhoneCodes codes, TimeProvider clock)
{
    private const int SignLength = 15, SolutionMax = 24;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>Zero bits at the beginning of SHA-256("challenge:solution").</summary>
    public int Bits { get; init; } = 15;

    public string Issue()
    {
        Span<byte> chance = stackalloc byte[8];
        RandomNumberGenerator.Fill(chance);
        var text = $"{(clock.GetUtcNow() + Life).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}.{Convert.ToHexStringLower(chance)}";
        return $"{text}.{Signs.Of(sealer.BlindIndex(BlindKind.Ticket, "challenge " + text)!, SignLength)}";
    }

    /// <summary>True once per challenge.</summary>
    public async Task<bool> TrySolveAsync(string? challenge, string? solution, CancellationToken ct)
    {
        if (challenge?.Split('.') is not [var until, { Length: 16 } chance, { Length: SignLength } signs] || solution is not { Length: > 0 and <= SolutionMax }) return false;
        if (!long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > 32503680000) return false;
        var expires = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (expires <= clock.GetUtcNow()) return false;
        if (!sealer.BlindIndexes(BlindKind.Ticket, $"challenge {until}.{chance}").Any(hash => Signs.Same(Signs.Of(hash, SignLength), signs))) return false;
        return ZeroBits($"{challenge}:{solution}") >= Bits && await codes.TrySpendAsync(chance, expires, ct);
    }

    internal static int ZeroBits(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BitOperations.LeadingZeroCount(BinaryPrimitives.ReadUInt64BigEndian(hash));
    }
}
