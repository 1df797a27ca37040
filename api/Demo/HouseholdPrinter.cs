using System.Collections.Immutable;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Api.Demo;

/// <summary>Prints households into the seven sheets of an export, faults included.</summary>
public sealed class HouseholdPrinter
{
    private readonly ExportLayout layout;
    private readonly RowBuffer household;
    private readonly bool wideMeasures;

    public HouseholdPrinter(ExportLayout layout, RowFormat format, bool wideMeasures)
    {
        (this.layout, this.wideMeasures) = (layout, wideMeasures);
        household = new RowBuffer(format);
        Sheets = ExportLayout.Sheets.ToImmutableDictionary(s => s, _ => new RowBuffer(format));
        (people, incomes, expenditures, living) = (Sheets[ExportLayout.People], Sheets[ExportLayout.Incomes], Sheets[ExportLayout.Expenditures], Sheets[ExportLayout.Living]);
        (securities, risks, measures) = (Sheets[ExportLayout.Securities], Sheets[ExportLayout.Risks], Sheets[ExportLayout.Measures]);
    }

    private readonly RowBuffer people, incomes, expenditures, living, securities, risks, measures;

    /// <summary>Rows printed and not yet taken, by sheet.</summary>
    public ImmutableDictionary<string, RowBuffer> Sheets { get; }

    public long Rows { get; private set; }

    /// <summary>A note of one cell, an empty row and the header: the header stands in the third row, as in national exports.</summary>
    public void PrintHead(string note)
    {
        foreach (var (name, sheet) in Sheets)
        {
            sheet.StartRow();
            sheet.Text(note);
            sheet.EndRow();
            sheet.StartRow();
            sheet.Text(name);
            sheet.EndRow();
            sheet.StartRow();
            foreach (var label in layout.Headers(name, wideMeasures)) sheet.Text(label);
            sheet.EndRow();
        }
    }

    public void Print(HouseholdFile file, DirtKind? dirt)
    {
        if (dirt is null) PrintPeople(file);
        else PrintSpoiledPeople(file, dirt);
        foreach (var income in file.Incomes) PrintRow(incomes, layout.Income, income, DemoDirt.IncomeRow(file, dirt, income));
        foreach (var expenditure in file.Expenditures) PrintRow(expenditures, layout.Expenditure, expenditure, null);
        foreach (var condition in file.Living) PrintRow(living, layout.LivingCondition, condition, null);
        foreach (var security in file.Securities) PrintRow(securities, layout.Security, security, null);
        foreach (var episode in file.Episodes) PrintRow(risks, layout.Risk, episode, null);
        if (wideMeasures) PrintWideMeasures(file);
        else foreach (var measure in file.Measures) PrintRow(measures, layout.Measure, measure, null);
    }

    /// <summary>The household's cells are the same in each of its rows: printed once, copied.</summary>
    private void PrintPeople(HouseholdFile file)
    {
        household.Clear();
        household.BeginCells();
        foreach (var column in layout.Household) column.Print(file.Household, household);
        foreach (var member in file.Members)
        {
            people.StartRow();
            people.Cells(household.Written);
            foreach (var column in layout.Member) column.Print(member, people);
            people.EndRow();
            Rows++;
        }
    }

    private void PrintSpoiledPeople(HouseholdFile file, DirtKind? dirt)
    {
        for (var i = 0; i < DemoDirt.PeopleRows(file, dirt); i++)
        {
            var spoiled = DemoDirt.PeopleRow(file, dirt, i);
            people.StartRow();
            PrintCells(people, layout.Household, file.Household, spoiled);
            PrintCells(people, layout.Member, file.Members[Math.Min(i, file.Members.Length - 1)], spoiled);
            people.EndRow();
            Rows++;
        }
    }

    private void PrintRow(RowBuffer sheet, ImmutableArray<SheetColumn> columns, Entity record, IReadOnlyDictionary<string, string>? spoiled)
    {
        sheet.StartRow();
        PrintCells(sheet, columns, record, spoiled);
        sheet.EndRow();
        Rows++;
    }

    private static void PrintCells(RowBuffer sheet, ImmutableArray<SheetColumn> columns, Entity record, IReadOnlyDictionary<string, string>? spoiled)
    {
        foreach (var column in columns)
        {
            if (spoiled is not null && spoiled.TryGetValue(column.Cell, out var text)) sheet.Text(text);
            else column.Print(record, sheet);
        }
    }

    private void PrintWideMeasures(HouseholdFile file)
    {
        if (file.Measures.IsEmpty) return;
        measures.StartRow();
        measures.Text(file.Household.HouseholdCode);
        foreach (var category in layout.MeasureCategories)
        {
            measures.Text(string.Join(',', file.Measures.Where(m => m.Category == category.Code).Select(m => layout.MeasureItems.LabelOf(m.Item!)).Distinct()));
        }
        measures.EndRow();
        Rows++;
    }
}
