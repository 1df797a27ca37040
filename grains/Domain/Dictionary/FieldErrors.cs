using FangFanPin.Domain.Values;

namespace FangFanPin.Domain.Dictionary;

/// <summary>Faults of single values; codes are stable, messages name the field and never the value.</summary>
public static class FieldErrors
{
    public static DomainError Unknown(string place, string id) => new("field.unknown", "数据字典里没有这个字段。", At(place, id));
    public static DomainError Derived(FieldDefinition field, string place) => new("field.derived", $"“{field.Label}”由系统计算,不能填写。", At(place, field.Id));

    /// <exception cref="ArgumentOutOfRangeException">No fault.</exception>
    public static DomainError Of(CellFault fault, FieldDefinition field, string place) => new(Code(fault), Message(fault, field), At(place, field.Id));

    public static string Code(CellFault fault) => fault switch
    {
        CellFault.NotANumber or CellFault.NotWhole => "field.not-a-number",
        CellFault.NotADate => "field.not-a-date",
        CellFault.NotAMonth => "field.not-a-month",
        CellFault.NotAMoment => "field.not-a-moment",
        CellFault.NotYesNo or CellFault.UnknownCode => "field.unknown-code",
        CellFault.TooLong or CellFault.TooManyDecimals => "field.too-long",
        CellFault.FutureDate => "field.future-date",
        CellFault.ControlCharacter => "field.control-character",
        CellFault.RoundedNumber => "field.rounded-number",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };

    public static string Message(CellFault fault, FieldDefinition field) => fault switch
    {
        CellFault.NotANumber => $"“{field.Label}”应为数字。",
        CellFault.NotWhole => $"“{field.Label}”应为整数。",
        CellFault.NotADate => $"“{field.Label}”应为日期,如 2021-03-05。",
        CellFault.NotAMonth => $"“{field.Label}”应为年月,如 202103。",
        CellFault.NotAMoment => $"“{field.Label}”应为日期时间,如 2021-03-05 08:30。",
        CellFault.NotYesNo => $"“{field.Label}”应填是或否。",
        CellFault.UnknownCode => $"“{field.Label}”的值不在码表“{field.CodeList?.Label}”内。",
        CellFault.TooLong when field is { Precision: { } precision, Scale: { } scale } => $"“{field.Label}”整数部分超过 {precision - scale} 位。",
        CellFault.TooLong => $"“{field.Label}”超过长度 {field.Length ?? CellParser.TextMax}。",
        CellFault.TooManyDecimals => $"“{field.Label}”小数超过 {field.Scale} 位。",
        CellFault.FutureDate => $"“{field.Label}”晚于今天。",
        CellFault.ControlCharacter => $"“{field.Label}”含有控制字符或乱码。",
        CellFault.RoundedNumber => $"“{field.Label}”被电子表格存成了数值,末尾数字已丢失,请改为文本格式重新填写。",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };

    private static string At(string place, string id) => place.Length == 0 ? id : $"{place}.{id}";
}
