using System.Buffers;
using System.Net.Mime;
using System.Reflection;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.Metadata;

namespace FangFanPin.Api.Statistics;

/// <param name="Code">Twelve digits.</param>
/// <param name="Level">0 province to 4 village.</param>
public sealed record StatisticRegion(string Code, string Name, RegionLevel Level);

/// <param name="Group">Upper header; null when the label stands alone.</param>
/// <param name="Opens">Its cells open to households: <c>cell={id}</c>, in statistic 8 <c>cell={id}@{row key}</c>.</param>
public sealed record StatisticColumnResponse(string Id, string? Group, string Label, string Unit, bool Opens);

/// <param name="Key">Region code; in statistic 8 a month (<c>202103</c>), <c>total</c>, <c>empty</c> or <c>later</c>.</param>
/// <param name="Values">Per column; shares in percent; null when the denominator is 0 or the column does not apply.</param>
public sealed record StatisticRowResponse(string Key, string Name, IReadOnlyList<decimal?> Values);

public sealed record StatisticFilters(IReadOnlyList<string> HouseholdTypes, string? Category, string? Risk, string Text);

/// <summary>What <see cref="StatisticJson"/> writes.</summary>
/// <param name="AsOf">Every write before this moment is included.</param>
/// <param name="Day">Ages stand at this day.</param>
/// <param name="Rows">合计 first; the counts of the others add up to it.</param>
public sealed record StatisticResponse(
    DateTimeOffset AsOf, int Statistic, string Name, string Unit, StatisticRegion Region, int Year, DateOnly Day, StatisticFilters Filters, string RowHeader,
    IReadOnlyList<StatisticColumnResponse> Columns, IReadOnlyList<StatisticRowResponse> Rows, IReadOnlyList<string> Notes);

/// <param name="HeadName">As in the list of households.</param>
/// <param name="Count">What the household adds to the figure.</param>
public sealed record FigureHousehold(string Code, string VillageCode, string VillageName, string? HeadName, long Count);

/// <param name="Total">The figure; the counts of all pages add up to it.</param>
/// <param name="Next">Send it as <c>after</c> for the next page; null on the last.</param>
public sealed record FigureHouseholdsResponse(DateTimeOffset AsOf, DateOnly Day, long Total, IReadOnlyList<FigureHousehold> Households, string? Next);

/// <summary>A rendered statistic as the body of a response.</summary>
internal sealed class StatisticContent(StatisticAnswer answer) : IResult, IEndpointMetadataProvider
{
    public async Task ExecuteAsync(HttpContext context)
    {
        var start = StatisticJson.AsOf(answer.AsOf);
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = start.Length + answer.Table.Body.Length;
        var body = context.Response.BodyWriter;
        body.Write(start);
        body.Write(answer.Table.Body);
        await body.FlushAsync(context.RequestAborted);
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(StatisticResponse), [MediaTypeNames.Application.Json]));
}
