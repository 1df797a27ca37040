using System.Diagnostics;
using Orleans.Runtime;

namespace FangFanPin.Contracts;

/// <summary>
/// The id that leads from an entry of the audit to the logs of its request. It goes along with every grain call of the request, because activities themselves
/// cross to grains only where spans are exported.
/// </summary>
public static class RequestTrace
{
    private const string Key = "trace";

    /// <summary>For all calls that the current request makes from here on.</summary>
    public static void Set(string id) => RequestContext.Set(Key, id);

    /// <summary>Null: not on behalf of a request.</summary>
    public static string? Current => Activity.Current?.TraceId.ToString() ?? RequestContext.Get(Key) as string;
}
