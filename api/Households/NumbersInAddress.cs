using System.Reflection;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Households;

namespace FangFanPin.Api.Households;

/// <summary>
/// Addresses stay in the logs of proxies and in the memories of browsers, so numbers of people do not belong there: every endpoint that takes the
/// conditions of a list in its address refuses them and names the one that takes them in its body.
/// </summary>
internal static class NumbersInAddress
{
    private static readonly string[] Numbers = ["certificate", "lastSix", "phone"];

    /// <summary>For all endpoints of the API; asked once for each.</summary>
    public static EndpointFilterDelegate Refuse(EndpointFilterFactoryContext endpoint, EndpointFilterDelegate next)
    {
        var inAddress = endpoint.MethodInfo.GetParameters().Any(p => p.ParameterType == typeof(HouseholdListRequest) && p.GetCustomAttribute<AsParametersAttribute>() is not null);
        return !inAddress ? next : context => Has(context.HttpContext.Request.Query) ? new(Problems.From(HouseholdRequestErrors.NumberInAddress)) : next(context);
    }

    private static bool Has(IQueryCollection query) =>
        Numbers.Any(n => !string.IsNullOrWhiteSpace(query[n])) || HouseholdListRequest.IsNumberOfAPerson(query["q"]);
}
