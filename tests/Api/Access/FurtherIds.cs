namespace FangFanPin.Tests.Api.Access;

/// <summary>
/// Ids in a path beside the one that the area rule looks up: what each of them names. Whoever maps such a path adds a line, or the matrix cannot say that
/// a neighbour's id, guessed there, is refused.
/// </summary>
internal static class FurtherIds
{
    public const string WarningBatch = "warning-batch", Session = "session", Attachment = "attachment";

    /// <summary>By endpoint: parameter and kind of thing. The kind is null for what names nothing that belongs to a region of its own.</summary>
    private static readonly Dictionary<string, (string Parameter, string? Kind)> All = new()
    {
        ["GET /api/v1/warnings/batches/{id:guid}"] = ("id", WarningBatch),
        ["GET /api/v1/warnings/batches/{id:guid}/rows"] = ("id", WarningBatch),
        ["GET /api/v1/warnings/batches/{id:guid}/report.xlsx"] = ("id", WarningBatch),
        ["DELETE /api/v1/me/sessions/{session:guid}"] = ("session", Session),
        ["DELETE /api/v1/accounts/{name}/sessions/{session:guid}"] = ("session", Session),
        ["GET /api/v1/cases/{id}/attachments/{file:guid}"] = ("file", Attachment),
        // One batch for the whole province: each sees the counties of its area in it.
        ["GET /api/v1/sync/batches/{id:guid}"] = ("id", null),
        ["GET /api/v1/sync/batches/{id:guid}/events"] = ("id", null),
        ["GET /api/v1/sync/batches/{id:guid}/counties/{region}"] = ("id", null),
        ["GET /api/v1/sync/batches/{id:guid}/counties/{region}/lines"] = ("id", null),
        ["GET /api/v1/sync/batches/{id:guid}/counties/{region}/report.xlsx"] = ("id", null),
        ["POST /api/v1/sync/batches/{id:guid}/counties/{region}/confirm"] = ("id", null),
        ["POST /api/v1/sync/batches/{id:guid}/counties/{region}/refuse"] = ("id", null),
        // A version and a field of the household that the rule looks up; a table of the region.
        ["GET /api/v1/households/{code}/history/{version:long}"] = ("version", null),
        ["GET /api/v1/households/{code}/fields/{path}/history"] = ("path", null),
        ["GET /api/v1/regions/{code}/statistics/{number}"] = ("number", null),
        ["GET /api/v1/regions/{code}/statistics/{number}.xlsx"] = ("number", null),
        ["GET /api/v1/regions/{code}/statistics/{number}/events"] = ("number", null),
        ["GET /api/v1/regions/{code}/statistics/{number}/households"] = ("number", null),
    };

    public static bool Knows(string endpoint, string parameter) => All.TryGetValue(endpoint, out var known) && known.Parameter == parameter;

    /// <returns>Null where there is none that belongs to a region.</returns>
    public static (string Parameter, string Kind)? Of(string endpoint) => All.TryGetValue(endpoint, out var known) && known.Kind is { } kind ? (known.Parameter, kind) : null;
}
