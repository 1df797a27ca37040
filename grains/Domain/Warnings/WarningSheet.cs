using System.Collections.Immutable;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using FangFanPin.Domain.Sealing;
using FangFanPin.Domain.Values;

namespace FangFanPin.Domain.Warnings;

/// <summary>What a row need not say, because the sender said it for all of them.</summary>
/// <param name="Dept">Code of list WarnDept.</param>
/// <param name="Type">Code of list WarnType.</param>
public sealed record WarningDefaults(string? Dept, string? Type, string? BatchNo, DateOnly? PushedOn);

/// <summary>Reads a department's file by the dictionary's entity 部门预警数据: columns in any order, by label, identifier or alias; codes by label or code.</summary>
public sealed class WarningSheet
{
    private const string Entity = nameof(DeptWarning);
    private const string AreaCode = "AreaCode";
    private static readonly string[] Own = [nameof(DeptWarning.WarnDept), nameof(DeptWarning.WarnType), nameof(DeptWarning.BatchNo), nameof(DeptWarning.PushedOn), nameof(DeptWarning.Name), nameof(DeptWarning.IdNumber), AreaCode];

    private readonly ImmutableArray<FieldDefinition?> targets;
    private readonly DateOnly today;
    private readonly WarningDefaults defaults;

    private WarningSheet(ImmutableArray<FieldDefinition?> targets, int headerRow, ImmutableArray<string> unknown, WarningDefaults defaults, DateOnly today) =>
        (this.targets, HeaderRow, Unknown, this.defaults, this.today) = (targets, headerRow, unknown, defaults, today);

    public int HeaderRow { get; }
    public ImmutableArray<string> Unknown { get; }

    /// <param name="first">The first rows, with their numbers.</param>
    /// <returns>Null when none of them is a header with at least name and certificate.</returns>
    public static WarningSheet? Find(DataDictionary dictionary, IReadOnlyList<(int Row, SheetCell[] Cells)> first, WarningDefaults defaults, DateOnly today)
    {
        var known = Labels(dictionary);
        foreach (var (row, cells) in first)
        {
            ImmutableArray<FieldDefinition?> targets = [.. cells.Select(c => string.IsNullOrWhiteSpace(c.Text) ? null : known.GetValueOrDefault(Fold.Label(c.Text)))];
            if (!targets.Any(t => t?.Id == nameof(DeptWarning.Name)) || !targets.Any(t => t?.Id == nameof(DeptWarning.IdNumber))) continue;
            return new WarningSheet(targets, row, [.. cells.Where((c, i) => targets[i] is null && !string.IsNullOrWhiteSpace(c.Text)).Select(c => c.Text!.Trim())], defaults, today);
        }
        return null;
    }

    /// <param name="region">Of the batch, for rows that name no area.</param>
    /// <returns>Null for a blank row.</returns>
    public WarningRow? Read(int row, ReadOnlySpan<SheetCell> cells, string region)
    {
        var (values, details, fault, any) = (new Dictionary<string, object?>(StringComparer.Ordinal), new List<string>(), (DomainError?)null, false);
        for (var i = 0; i < targets.Length && i < cells.Length; i++)
        {
            if (cells[i].IsBlank) continue;
            any = true;
            if (targets[i] is not { } field) continue;
            var wrong = cells[i].Trouble is CellTrouble.None ? CellParser.Parse(field, cells[i].Text ?? "", today, out var value) : Trouble(out value);
            if (wrong != CellFault.None) fault ??= FieldErrors.Of(wrong, field, "");
            else if (Own.Contains(field.Id)) values[field.Id] = value;
            else if (value is not null) details.Add($"{field.Label}:{field.CodeList?.LabelOf(FieldCheck.TextOf(value)!) ?? FieldCheck.TextOf(value)}");
        }
        if (!any) return null;
        string? Text(string id) => values.GetValueOrDefault(id) as string;
        var area = Text(AreaCode) is { Length: 12 } code ? code : region;
        var warning = Build(Text, values.GetValueOrDefault(nameof(DeptWarning.PushedOn)) as DateOnly?, details, ref fault);
        return new WarningRow(row, area, fault is null ? warning : null, fault is null ? WarningOutcome.Waiting : WarningOutcome.Rejected, null, null, fault?.Code);
    }

    private DeptWarning? Build(Func<string, string?> text, DateOnly? pushedOn, List<string> details, ref DomainError? fault)
    {
        var (dept, type, batchNo) = (text(nameof(DeptWarning.WarnDept)) ?? defaults.Dept, text(nameof(DeptWarning.WarnType)) ?? defaults.Type, text(nameof(DeptWarning.BatchNo)) ?? defaults.BatchNo);
        var (name, number, pushed) = (text(nameof(DeptWarning.Name)), BlindText.Certificate(text(nameof(DeptWarning.IdNumber))), pushedOn ?? defaults.PushedOn);
        foreach (var (id, value) in new (string, object?)[]
                 {
                     (nameof(DeptWarning.WarnDept), dept), (nameof(DeptWarning.WarnType), type), (nameof(DeptWarning.BatchNo), batchNo), (nameof(DeptWarning.PushedOn), pushed), (nameof(DeptWarning.Name), name),
                     (nameof(DeptWarning.IdNumber), number),
                 })
            if (value is null) fault ??= WarningErrors.Required(id);
        if (fault is null && !Certificates.IsValidId(number)) fault = WarningErrors.BadCertificate;
        if (fault is null && pushed > today) fault = CaseErrors.FutureDate;
        if (fault is not null) return null;
        var detail = string.Join(';', details);
        return new DeptWarning
        {
            WarnDept = dept!, WarnType = type!, BatchNo = batchNo!, PushedOn = pushed!.Value, Name = name!, IdNumber = number!,
            Detail = detail.Length == 0 ? null : detail.Length > WarningLimits.DetailMax ? detail[..WarningLimits.DetailMax] : detail,
        };
    }

    private static CellFault Trouble(out object? value)
    {
        value = null;
        return CellFault.RoundedNumber;
    }

    private static Dictionary<string, FieldDefinition> Labels(DataDictionary dictionary)
    {
        var known = new Dictionary<string, FieldDefinition>(StringComparer.Ordinal);
        foreach (var field in dictionary.Entity(Entity).Fields)
            foreach (var label in field.Aliases.Prepend(Fold.WithoutBrackets(field.Label)).Prepend(field.Id).Prepend(field.Label)) known.TryAdd(Fold.Label(label), field);
        return known;
    }
}
