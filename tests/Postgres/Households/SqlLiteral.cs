using System.Diagnostics;
using System.Globalization;

namespace FangFanPin.Tests.Postgres.Households;

/// <summary>Parameters as text, for statements that take none: <c>execute</c> under <c>explain</c>.</summary>
internal static class SqlLiteral
{
    public static string TypeOf(object value) => value switch
    {
        string => "text", long => "bigint", int => "int", short => "smallint", decimal => "numeric", DateOnly => "date",
        short[] => "smallint[]", string[] => "text[]", byte[][] => "bytea[]",
        _ => throw new UnreachableException($"No literal for {value.GetType()}."),
    };

    public static string Of(object value) => value switch
    {
        string text => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        DateOnly date => $"'{date:yyyy-MM-dd}'",
        Array list => $"array[{string.Join(", ", list.Cast<object>().Select(item => item is byte[] bytes ? $"'\\x{Convert.ToHexString(bytes)}'" : Of(item)))}]::{TypeOf(value)}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new UnreachableException(),
    };
}
