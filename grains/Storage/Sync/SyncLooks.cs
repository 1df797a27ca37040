using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Sync;

namespace FangFanPin.Storage.Sync;

/// <summary>
/// Households with an open procedure, few among many: their rows are read here, because whether they may go into an import depends on what they say. What
/// people are deciding about is not overwritten; what an approved case decided, and the extract has, is taken and confirms the case.
/// </summary>
internal sealed class SyncLooks(IWorkbookReader workbooks, DataDictionary dictionary, IVillages villages, IStoredHouseholds stored, DateOnly today)
{
    private const int AtOnce = 400;

    /// <summary>What becomes of one household.</summary>
    /// <param name="Pending">Null when its rows go into the import, or say nothing new.</param>
    public sealed record Verdict(bool Import, bool Shows, IReadOnlyList<FieldChange>? Pending);

    /// <param name="files">Their rows, of one share.</param>
    /// <param name="cases">By household.</param>
    public async Task<Dictionary<string, Verdict>> RunAsync(IEnumerable<Scratch.Target> files, IReadOnlyDictionary<string, OpenCase> cases, CancellationToken ct)
    {
        var reading = new ImportReading(dictionary, today, _ => null);
        var (parser, found) = (new ImportParser(reading), new Found());
        foreach (var file in files)
        {
            using var content = file.Read();
            foreach (var rows in workbooks.Open(content, SyncIntake.FileName(file.Sheet))) parser.Parse(rows, found, ct);
        }
        var (rowsOf, assembly) = (new HouseholdRowReader(reading, parser.Sheets), new HouseholdAssembly(dictionary, parser.Sheets, ""));
        var verdicts = new Dictionary<string, Verdict>(StringComparer.Ordinal);
        foreach (var chunk in found.Rows.GroupBy(r => r.HouseholdCode).Chunk(AtOnce))
        {
            var before = await stored.FilesAsync([.. chunk.Select(g => g.Key)], ct);
            foreach (var household in chunk)
                verdicts[household.Key] = Judge(assembly.Assemble(household.Key, rowsOf.Read(household.Key, [.. household], []), _ => false), before.GetValueOrDefault(household.Key)?.File, cases[household.Key]);
        }
        return verdicts;
    }

    private Verdict Judge(AssembledHousehold said, HouseholdFile? before, OpenCase about)
    {
        // What the import would refuse it shall refuse, with its own words.
        if (said.Refused || said.Change is not { } change || before is null) return new Verdict(true, false, null);
        if (about.Step == CaseSteps.Booked && HeldMonitoring.Shows(about.Kind, change.Incoming)) return new Verdict(true, true, null);
        var unlocked = before with { Household = before.Household with { Locked = null } };
        var context = new DecisionContext(said.Code, dictionary, villages, Actor.System, today);
        var decision = ImportDecision.Decide(unlocked, change, context);
        if (!decision.Ok) return new Verdict(true, false, null);
        var changes = FileDiff.Between(unlocked, decision.Value);
        return changes.IsEmpty ? new Verdict(false, false, null) : new Verdict(false, false, changes);
    }

    private sealed class Found : IImportSink
    {
        private readonly RawRowWriter writer = new();
        private readonly RawRowReader reader = new();
        public List<RawRow> Rows { get; } = [];
        public void Take(int source, int row, string householdCode, string? person, ReadOnlySpan<SheetCell> cells) => Rows.Add(reader.Read(writer.Write(householdCode, source, row, cells).ToArray()));
        public void Take(RowError error) { }
    }
}
