namespace FangFanPin.Api.Edges;

/// <summary>Section <c>FangFanPin:Edges</c>: what the doors let through.</summary>
public sealed class EdgeOptions
{
    /// <summary>Addresses of reverse proxies whose <c>X-Forwarded-For</c> is believed; nobody else's is.</summary>
    public string[] KnownProxies { get; set; } = [];

    /// <summary>Requests of one account in a minute; 0 is no bound.</summary>
    public int AccountPerMinute { get; set; } = 1200;

    /// <summary>Requests from one address in a minute; 0 is no bound. An office may stand behind it.</summary>
    public int AddressPerMinute { get; set; } = 12_000;

    /// <summary>Logins and renewals from one address in a minute, good or not: each costs a password's hash. 0 is no bound.</summary>
    public int LoginsPerMinute { get; set; } = 120;

    /// <summary>Household files and lists that one account reads in ten minutes before somebody should look at it.</summary>
    public int ReadsAlarm { get; set; } = 1000;

    /// <summary>Refusals of one account in ten minutes before somebody should look at it.</summary>
    public int RefusalsAlarm { get; set; } = 20;

    /// <summary>Hours of the day (Asia/Shanghai) at which an export is unusual; the first is later than the second, night lies between.</summary>
    public int NightFromHour { get; set; } = 22;
    public int NightToHour { get; set; } = 6;

    /// <summary>How far the clock of a calling system may be off, either way.</summary>
    public TimeSpan SignedCallWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Bytes of a signed body.</summary>
    public long SignedBodyBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>Systems that call without a person, by name.</summary>
    public Dictionary<string, CallingSystem> Systems { get; set; } = [];
}

/// <summary>A department's or the national system that signs its calls.</summary>
public sealed class CallingSystem
{
    /// <summary>Base 64, 32 bytes or more, shared with that system alone.</summary>
    public string Key { get; set; } = "";

    /// <summary>Twelve digits: its area.</summary>
    public string Region { get; set; } = "";

    /// <summary>What it may do, as roles of people.</summary>
    public string[] Roles { get; set; } = [];
}
