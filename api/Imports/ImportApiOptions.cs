namespace FangFanPin.Api.Imports;

/// <summary>Bounds of what people may send, section <c>FangFanPin:Imports</c>.</summary>
public sealed class ImportApiOptions
{
    /// <summary>Of one upload, all files together.</summary>
    public long UploadBytesMax { get; set; } = 4L << 30;

    public TimeSpan EventsLookEvery { get; set; } = TimeSpan.FromMilliseconds(500);
    public TimeSpan EventsLife { get; set; } = TimeSpan.FromHours(6);
}
