using FangFanPin.Storage.Cases;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Imports;
using FangFanPin.Storage.Sync;

namespace FangFanPin.Storage.Sealing;

/// <summary>Every table that holds something sealed. Whoever adds one adds a line; a test holds this list against the columns of the database.</summary>
internal static class SealedTables
{
    public static readonly IReadOnlyList<SealedTable> All =
    [
        new HouseholdBoxes(),
        new MemberHashes(),
        new() { Name = StoredChange.Table, Box = "document", Key = [("code", "text"), ("version", "bigint")], PlaceKey = "t.code", Version = "t.version", History = true, Hashed = true },
        new CaseBoxes(),
        new() { Name = CaseDocuments.HistoryTable, Box = "document", Key = [("id", "text"), ("version", "bigint")], PlaceKey = "t.id", Version = "t.version", History = true, Hashed = true },
        new() { Name = "case_attachment", Box = "box", Key = [("id", "uuid")], PlaceKey = Plain("id") },
        new() { Name = "visit", Box = "document", Key = [("id", "uuid")], PlaceKey = Plain("id") },
        new() { Name = "export_job", Box = "asked", Key = [("id", "uuid")], PlaceKey = Plain("id") },
        new() { Name = SyncPublishing.PendingTable, Box = "box", Key = [("code", "text")], PlaceKey = "t.code" },
        new() { Name = "warning_row", Box = "box", Key = [("batch_id", "uuid"), ("row", "int")], PlaceKey = $"{Plain("batch_id")} || '/' || t.row" },
        new() { Name = "import_chunk", Box = "box", Key = [("import_id", "uuid"), ("file", "int"), ("chunk", "int")], PlaceKey = $"{Plain("import_id")} || '/' || t.file || '/' || t.chunk" },
        new NewHouseholdBoxes(),
        new() { Name = "import_household", Box = "box", Key = [("import_id", "uuid"), ("run", "int"), ("code", "text")], PlaceKey = $"{Plain("import_id")} || '/' || t.code" },
        new()
        {
            Name = "import_error", Box = "box", Key = [("import_id", "uuid"), ("run", "int"), ("source", "int"), ("row", "int"), ("number", "bigint")],
            PlaceKey = $"{Plain("import_id")} || '/' || t.source || '/' || t.row || '/' || t.number",
        },
    ];

    /// <summary>As <see cref="System.Guid"/> writes it with "N".</summary>
    private static string Plain(string column) => $"replace(t.{column}::text, '-', '')";
}
