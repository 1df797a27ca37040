namespace FangFanPin.Api.Accounts;

/// <summary>Section <c>FangFanPin:Sessions</c>.</summary>
public sealed class SessionOptions
{
    /// <summary>Life of an access token.</summary>
    public double AccessMinutes { get; set; } = 10;

    /// <summary>A session that is not renewed for so long is over.</summary>
    public double IdleMinutes { get; set; } = 30;

    /// <summary>A session is over then in any case.</summary>
    public double AbsoluteHours { get; set; } = 12;

    /// <summary>Sessions of one account at a time; one more ends the oldest.</summary>
    public int PerAccount { get; set; } = 10;

    public TimeSpan Access => TimeSpan.FromMinutes(AccessMinutes);
    public TimeSpan Idle => TimeSpan.FromMinutes(IdleMinutes);
    public TimeSpan Absolute => TimeSpan.FromHours(AbsoluteHours);
}
