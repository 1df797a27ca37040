namespace FangFanPin.Domain.Regions;

/// <summary>What can be wrong with a question about the region tree.</summary>
public static class RegionErrors
{
    public static readonly DomainError NotFound = new("region.not-found", "没有这个行政区划。");
    public static readonly DomainError BadSearch = new("region.search-malformed", "查找文字不超过50字,条数为1至100。");
}
