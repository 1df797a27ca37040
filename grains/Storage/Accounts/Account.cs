using System.Collections.Immutable;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Storage.Accounts;

/// <summary>An account as stored.</summary>
/// <param name="PasswordHash">Of ASP.NET Core Identity's hasher; never leaves the server.</param>
/// <param name="Region">The account's area: this region and everything below it.</param>
public sealed record Account(string Name, string PasswordHash, string DisplayName, ImmutableArray<string> Roles, RegionCode Region, bool MustChange, bool Disabled)
{
    /// <summary>Another one with every change of password, roles, area or state: what was granted under the old one is void.</summary>
    public Guid Stamp { get; init; } = Guid.NewGuid();

    /// <summary>UTC, likewise the other moments.</summary>
    public DateTimeOffset PasswordChangedAt { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastLoginAt { get; init; }

    /// <summary>Keyed hash of the phone number that serves as login name.</summary>
    public byte[]? PhoneIndex { get; init; }

    /// <summary>Sealed by <see cref="AccountKeys"/>.</summary>
    public byte[]? TotpSecret { get; init; }

    /// <summary>The owner has shown a code of the secret.</summary>
    public bool TotpConfirmed { get; init; }

    /// <summary>No code of this step or an earlier one is good any more.</summary>
    public long TotpStep { get; init; }

    /// <summary>Of the text without which no second factor is set up; null when none is asked for.</summary>
    public byte[]? EnrolHash { get; init; }

    /// <summary>False when the row is not as the program wrote it: it grants nothing.</summary>
    public bool Intact { get; init; } = true;

    /// <summary>Signed with the newest key.</summary>
    public bool SignedAnew { get; init; } = true;

    /// <summary>A row from before rows were signed; it grants nothing either.</summary>
    public bool Unsigned { get; init; }

    /// <summary>Days without login after which an account is closed, counted from its creation when there was none.</summary>
    public static readonly TimeSpan DormantAfter = TimeSpan.FromDays(90);

    public bool IsDormant(DateTimeOffset now) => now - (LastLoginAt ?? CreatedAt) >= DormantAfter;
}
