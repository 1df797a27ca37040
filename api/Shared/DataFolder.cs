namespace FangFanPin.Api.Shared;

/// <summary>Folder of this installation's own files; processes that serve the same addresses share it.</summary>
public sealed record DataFolder(string Path);
