namespace FangFanPin.Tests.Shared;

/// <summary>
/// Every address that answers with a list, and what keeps it from reading a whole table at the province's size: the name of a reader whose plans are
/// judged, or in which other test they are.
/// </summary>
public static class ListEndpoints
{
    public const string Typical = "the twelve typical queries (ListPlanTests)", Household = "readers of one household (ListPlanTests)", Village = "contributions of villages (ListPlanTests)";
    public const string Memory = "from memory: regions and keys are few and held whole";

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["GET /api/v1/persons"] = Typical,
        ["POST /api/v1/persons/search"] = Typical,
        ["GET /api/v1/households"] = Typical,
        ["POST /api/v1/households/search"] = Typical,
        ["GET /api/v1/households.xlsx"] = Typical,
        ["POST /api/v1/exports"] = "readers of whole areas (ListPlanTests)",
        ["GET /api/v1/households/{code}/history"] = Household,
        ["GET /api/v1/households/{code}/fields/{path}/history"] = Household,
        ["GET /api/v1/regions/{code}/statistics/{number}/households"] = Village,
        ["GET /api/v1/cases"] = "cases",
        ["GET /api/v1/workbench/items"] = "cases by hand",
        ["GET /api/v1/cases/{id}/history"] = "one case",
        ["GET /api/v1/public/villages/{token}/publicity"] = "publicity",
        ["GET /api/v1/households/{code}/visits"] = "visits of a household",
        ["GET /api/v1/regions/{code}/due-visits"] = "due visits",
        ["GET /api/v1/imports"] = "imports",
        ["GET /api/v1/imports/{id}/errors"] = "lines of an import",
        ["GET /api/v1/imports/{id}/conflicts"] = "lines of an import",
        ["GET /api/v1/imports/{id}/error-workbook.xlsx"] = "lines of an import",
        ["GET /api/v1/exports"] = "exports",
        ["GET /api/v1/sync/batches"] = "synchronisations",
        ["GET /api/v1/sync/batches/{id:guid}/counties/{region}/lines"] = "lines of a synchronisation",
        ["GET /api/v1/sync/batches/{id:guid}/counties/{region}/report.xlsx"] = "lines of a synchronisation",
        ["GET /api/v1/regions/{code}/not-in-national.xlsx"] = "cases",
        ["GET /api/v1/warnings/batches"] = "warning batches",
        ["GET /api/v1/warnings/batches/{id:guid}/rows"] = "rows of warnings",
        ["GET /api/v1/warnings/batches/{id:guid}/report.xlsx"] = "rows of warnings",
        ["GET /api/v1/audit/accounts/{name}/entries"] = "audit",
        ["GET /api/v1/audit/households/{code}/entries"] = "audit",
        ["GET /api/v1/accounts"] = "accounts",
        ["GET /api/v1/accounts/{name}/sessions"] = "sessions",
        ["GET /api/v1/me/sessions"] = "sessions",
        ["GET /api/v1/regions"] = Memory,
        ["GET /api/v1/regions/{code}/children"] = Memory,
        ["GET /api/v1/regions/{code}/path"] = Memory,
        ["GET /api/v1/keys"] = Memory,
    };

    /// <summary>Addresses that answer with one thing, a count, a stream of changes or a table of fixed size.</summary>
    public static IReadOnlyList<string> NoLists { get; } =
    [
        "GET /api/v1/households/{code}",
        "GET /api/v1/households/{code}/history/{version:long}",
        "GET /api/v1/imports/{id}",
        "GET /api/v1/imports/{id}/events",
        "GET /api/v1/sync/batches/{id:guid}",
        "GET /api/v1/sync/batches/{id:guid}/events",
        "GET /api/v1/sync/batches/{id:guid}/counties/{region}",
        "GET /api/v1/households/{code}/national-system",
        "GET /api/v1/regions/{code}/not-in-national",
        "GET /api/v1/regions/{code}/statistics/{number}",
        "GET /api/v1/regions/{code}/statistics/{number}.xlsx",
        "GET /api/v1/regions/{code}/statistics/{number}/events",
        "GET /api/v1/recount",
        "GET /api/v1/me",
        "GET /api/v1/accounts/{name}",
        "GET /api/v1/villages/{village}/declare-sheet",
        "GET /api/v1/villages/{village}/declare-sheet.html",
        "GET /api/v1/workbench",
        "GET /api/v1/workbench/events",
        "GET /api/v1/public/villages/{token}",
        "GET /api/v1/public/challenge",
        "GET /api/v1/public/declarations/{queryCode}",
        "GET /api/v1/case-parameters/{county}",
        "GET /api/v1/regions/{code}/case-statistics",
        "GET /api/v1/cases/{id}/attachments/{file:guid}",
        "GET /api/v1/operations/cases",
        "GET /api/v1/regions/{code}/due-visits/counts",
        "GET /api/v1/cases/{id}",
        "GET /api/v1/exports/{id}",
        "GET /api/v1/exports/{id}/events",
        "GET /api/v1/exports/{id}/file",
        "GET /api/v1/audit/verification",
        "GET /api/v1/regions/{code}",
        "GET /api/v1/warnings/batches/{id:guid}",
    ];
}
