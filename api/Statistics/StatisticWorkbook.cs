using ClosedXML.Excel;
using FangFanPin.Domain.Statistics;

namespace FangFanPin.Api.Statistics;

/// <summary>A statistic as an Excel file: title, 统计口径 and unit, two header rows (frozen), 合计 bold, the areas, notes.</summary>
public static class StatisticWorkbook
{
    private const int TitleRow = 1;
    private const int ScopeRow = 2;
    private const int HeaderRow = 3;
    private const int FirstDataRow = 5;
    private const double WidthMin = 8;
    private const double WidthMax = 40;
    private const string CountFormat = "#,##0";
    private const string ShareFormat = "0.00%";
    private const string AverageFormat = "0.00";

    public const string ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <param name="table">What is printed.</param>
    /// <param name="area">Name of the region.</param>
    /// <param name="user">Who exports.</param>
    /// <param name="at">Moment of the export in local time.</param>
    public static byte[] Write(StatisticTable table, string area, string user, DateTimeOffset at)
    {
        using var book = new XLWorkbook();
        var sheet = book.AddWorksheet($"统计{table.Query.Definition.Number}");
        WriteTop(sheet, table, area, user, at);
        WriteHeader(sheet, table);
        for (var at0 = 0; at0 < table.Rows.Count; at0++) WriteRow(sheet, FirstDataRow + at0, table, table.Rows[at0]);
        sheet.Row(FirstDataRow).Style.Font.Bold = true;
        WriteNotes(sheet, table);
        sheet.SheetView.FreezeRows(FirstDataRow - 1);
        sheet.SheetView.FreezeColumns(1);
        SetWidths(sheet, table);
        using var stream = new MemoryStream();
        book.SaveAs(stream);
        return stream.ToArray();
    }

    /// <summary><c>{area}_{name}_{yyyyMMddHHmm}.xlsx</c>.</summary>
    public static string FileName(StatisticTable table, string area, DateTimeOffset at) =>
        $"{area}_{table.Query.Definition.Name}_{at.ToString("yyyyMMddHHmm", System.Globalization.CultureInfo.InvariantCulture)}.xlsx";

    private static int Width(StatisticTable table) => table.Columns.Count + 1;

    private static void WriteTop(IXLWorksheet sheet, StatisticTable table, string area, string user, DateTimeOffset at)
    {
        Text(sheet.Cell(TitleRow, 1), $"{table.Day.Year}年{area}{table.Query.Definition.Name}");
        var title = sheet.Range(TitleRow, 1, TitleRow, Width(table)).Merge();
        title.Style.Font.SetBold().Font.SetFontSize(16).Alignment.SetHorizontal(XLAlignmentHorizontalValues.Center);
        var half = (Width(table) + 1) / 2;
        Text(sheet.Cell(ScopeRow, 1), $"统计口径:{table.Query.FilterText};数据日期:{table.Day:yyyy-MM-dd}");
        sheet.Range(ScopeRow, 1, ScopeRow, half).Merge();
        Text(sheet.Cell(ScopeRow, half + 1), $"单位:{table.Query.Definition.Unit}  导出时间:{at:yyyy-MM-dd HH:mm}  导出人:{user}");
        sheet.Range(ScopeRow, half + 1, ScopeRow, Width(table)).Merge().Style.Alignment.SetHorizontal(XLAlignmentHorizontalValues.Right);
    }

    private static void WriteHeader(IXLWorksheet sheet, StatisticTable table)
    {
        Text(sheet.Cell(HeaderRow, 1), table.RowHeader);
        sheet.Range(HeaderRow, 1, HeaderRow + 1, 1).Merge();
        for (var at = 0; at < table.Columns.Count;)
        {
            var (column, span) = (table.Columns[at], 1);
            if (column.Group is null)
            {
                Text(sheet.Cell(HeaderRow, at + 2), column.Label);
                sheet.Range(HeaderRow, at + 2, HeaderRow + 1, at + 2).Merge();
            }
            else
            {
                while (at + span < table.Columns.Count && table.Columns[at + span].Group == column.Group) span++;
                Text(sheet.Cell(HeaderRow, at + 2), column.Group);
                if (span > 1) sheet.Range(HeaderRow, at + 2, HeaderRow, at + 1 + span).Merge();
                for (var i = 0; i < span; i++) Text(sheet.Cell(HeaderRow + 1, at + 2 + i), table.Columns[at + i].Label);
            }
            at += span;
        }
        var header = sheet.Range(HeaderRow, 1, HeaderRow + 1, Width(table));
        header.Style.Font.SetBold().Alignment.SetHorizontal(XLAlignmentHorizontalValues.Center).Alignment.SetVertical(XLAlignmentVerticalValues.Center);
        header.Style.Fill.SetBackgroundColor(XLColor.FromHtml("#F2F2F2"));
        sheet.Range(HeaderRow, 1, FirstDataRow - 1 + table.Rows.Count, Width(table)).Style
            .Border.SetInsideBorder(XLBorderStyleValues.Thin).Border.SetOutsideBorder(XLBorderStyleValues.Thin);
    }

    private static void WriteRow(IXLWorksheet sheet, int at, StatisticTable table, StatisticRow row)
    {
        Text(sheet.Cell(at, 1), row.Name);
        for (var i = 0; i < row.Values.Count; i++)
        {
            var cell = sheet.Cell(at, i + 2);
            if (row.Values[i] is not { } value)
            {
                Text(cell, "—").Style.Alignment.SetHorizontal(XLAlignmentHorizontalValues.Right);
                continue;
            }
            var share = table.Columns[i] is ShareColumn;
            cell.SetValue(share ? value / 100m : value);
            cell.Style.NumberFormat.Format = share ? ShareFormat : table.Columns[i] is AverageColumn ? AverageFormat : CountFormat;
        }
    }

    private static void WriteNotes(IXLWorksheet sheet, StatisticTable table)
    {
        if (table.Notes.Count == 0) return;
        var at = FirstDataRow + table.Rows.Count;
        Text(sheet.Cell(at, 1), "注:" + string.Join('\n', table.Notes));
        sheet.Range(at, 1, at, Width(table)).Merge().Style.Alignment.SetWrapText().Alignment.SetVertical(XLAlignmentVerticalValues.Top);
        sheet.Row(at).Height = 16 * (table.Notes.Count + 1);
    }

    /// <summary>From the text: measuring fonts needs a graphics library that servers do not have. A Chinese character is two wide.</summary>
    private static void SetWidths(IXLWorksheet sheet, StatisticTable table)
    {
        sheet.Column(1).Width = Clamp(table.Rows.Select(r => r.Name).Append(table.RowHeader).Max(TextWidth));
        for (var i = 0; i < table.Columns.Count; i++)
        {
            var (column, at) = (table.Columns[i], i);
            var numbers = table.Rows.Max(r => r.Values[at] is { } v ? v.ToString("#,##0.##", System.Globalization.CultureInfo.InvariantCulture).Length : 1);
            var grouped = table.Columns.Count(c => c.Group == column.Group);
            var group = column.Group is { } text ? TextWidth(text) / grouped : 0;
            sheet.Column(i + 2).Width = Clamp(Math.Max(Math.Max(TextWidth(column.Label), group), numbers));
        }
    }

    private static double Clamp(double width) => Math.Clamp(width + 2, WidthMin, WidthMax);

    private static double TextWidth(string text) => text.Sum(c => c < 0x2E80 ? 1.0 : 2.0);

    /// <summary>Always text, never a formula or a number, whatever a name looks like.</summary>
    private static IXLCell Text(IXLCell cell, string text)
    {
        cell.SetValue(text);
        cell.DataType = XLDataType.Text;
        return cell;
    }
}
