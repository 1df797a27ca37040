namespace FangFanPin.Domain.Dictionary;

/// <summary>The types of the dictionary, with the C# type of a typed record's property behind them.</summary>
public enum FieldKind
{
    /// <summary><c>string</c>.</summary>
    Text,

    /// <summary>One code of a list; <c>string</c>.</summary>
    Code,

    /// <summary>Several codes of a list, sorted, with commas between; <c>string</c>.</summary>
    Multi,

    /// <summary>Reference to a stored file; <c>string</c>.</summary>
    File,

    /// <summary><c>int</c>.</summary>
    Whole,

    /// <summary><c>decimal</c>.</summary>
    Decimal,

    /// <summary><c>DateOnly</c>.</summary>
    Date,

    /// <summary><c>DateTimeOffset</c>.</summary>
    Moment,

    /// <summary><see cref="Domain.YearMonth"/>.</summary>
    Month,

    /// <summary><c>bool</c>.</summary>
    Flag,

    /// <summary>Lists, rich text and JSON of the registers; no typed record has them.</summary>
    Other,
}
