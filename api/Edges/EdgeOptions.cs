namespace FangFanPin.Api.Edges;

/// <summary>Section <c>FangFanPin:Edges</c>: what the doors let through.</summary>
public sealed class EdgeOptions
{
    /// <summary>Addresses of reverse proxies whose <c>X-Forwarded-For</c> is believed; nobody else's is.</summary>
    public string[] KnownProxies { get; set; } = [];
}
