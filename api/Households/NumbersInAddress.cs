using FangFanPin.Api.Shared;
using FangFanPin.Domain.Households;

namespace FangFanPin.Api.Households;

/// <summary>
/// Addresses stay in the logs of proxies and in the memories of browsers, so numbers of people do not belong there: an endpoint that takes
/// conditions in its address refuses them and names the one that takes them in its body.
/// </summary>
internal static class NumbersInAddress
{
    private static readonly string[] Numbers = ["certificate", "lastSix", "phone"];

    public static TBuilder RefusesNumbersInAddress<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint
        .AddEndpointFilter(async (context, next) => Has(context.HttpContext.Request.Query) ? Problems.From(HouseholdRequestErrors.NumberInAddress) : await next(context));

    private static bool Has(IQueryCollection query) =>
        Numbers.Any(n => !string.IsNullOrWhiteSpace(query[n])) || HouseholdListRequest.IsNumberOfAPerson(query["q"]);
}
