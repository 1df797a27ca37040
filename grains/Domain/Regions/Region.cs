namespace FangFanPin.Domain.Regions;

/// <summary>One region of the division list as it is today.</summary>
/// <param name="Name">As the list writes it, e.g. 林山寨街道.</param>
/// <param name="Parent">Null for the province alone.</param>
public sealed record Region(RegionCode Code, string Name, RegionLevel Level, RegionCode? Parent);
