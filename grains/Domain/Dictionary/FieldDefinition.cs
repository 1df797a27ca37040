using System.Collections.Immutable;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Dictionary;

/// <summary>One field of the data dictionary, or an indicator added at run time: 指标.</summary>
public sealed record FieldDefinition
{
    /// <summary>Identifier, e.g. <c>RecognizedMonth</c>: the property's name in the typed record, or the key in its <c>Extra</c>.</summary>
    public required string Id { get; init; }

    /// <summary>中文标签, e.g. 识别监测时间.</summary>
    public required string Label { get; init; }
    public required FieldKind Kind { get; init; }

    /// <summary>Characters at most, for text; null when unbounded.</summary>
    public int? Length { get; init; }

    /// <summary>Digits in all and after the point, for decimals.</summary>
    public int? Precision { get; init; }
    public int? Scale { get; init; }

    /// <summary>e.g. 元, 亩; null when there is none.</summary>
    public string? Unit { get; init; }

    /// <summary>For codes.</summary>
    public CodeList? CodeList { get; init; }

    /// <summary>A business expectation: an empty value is a finding of a quality rule, never refused.</summary>
    public bool Required { get; init; }

    /// <summary>约束 as the dictionary words it.</summary>
    public string? Constraint { get; init; }

    /// <summary>国家系统, 省平台, 部门 or 计算.</summary>
    public string? Source { get; init; }

    /// <summary>Computed from other fields, cannot be written.</summary>
    public bool Derived { get; init; }

    /// <summary>A birth date or the date of something that has happened: one in the future is refused.</summary>
    public bool Happened { get; init; }

    /// <summary>A text that stands for a number or names a record (codes, certificates, phones): width is folded, and digits lost in a spreadsheet are a fault.</summary>
    public bool Identifying { get; init; }

    /// <summary>An indicator that lives in <c>Extra</c>.</summary>
    public bool RunTime { get; init; }

    /// <summary>First and last year in which a run-time indicator counts; null is open.</summary>
    public int? FromYear { get; init; }
    public int? ToYear { get; init; }

    /// <summary>Other headers under which files carry the field: other labels, ids of the national system.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>数据分级.</summary>
    public FieldLevel Level => FieldLevels.Of(Id);

    public bool CountsIn(int year) => (FromYear is null || year >= FromYear) && (ToYear is null || year <= ToYear);
}
