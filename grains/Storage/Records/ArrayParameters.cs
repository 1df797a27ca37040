using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Records;

/// <summary>Binds one array per column, in the order of <c>$1, $2, …</c>, for <c>unnest</c>.</summary>
public static class ArrayParameters
{
    public static NpgsqlCommand WithColumn<TItem, T>(this NpgsqlCommand command, IReadOnlyList<TItem> items, NpgsqlDbType type, Func<TItem, T> value) =>
        command.WithArray(type, ValuesOf(items, value));

    public static NpgsqlBatchCommand WithColumn<TItem, T>(this NpgsqlBatchCommand command, IReadOnlyList<TItem> items, NpgsqlDbType type, Func<TItem, T> value)
    {
        command.Parameters.Add(ArrayOf(type, ValuesOf(items, value)));
        return command;
    }

    public static NpgsqlCommand WithArray<T>(this NpgsqlCommand command, NpgsqlDbType type, T[] values)
    {
        command.Parameters.Add(ArrayOf(type, values));
        return command;
    }

    private static NpgsqlParameter<T[]> ArrayOf<T>(NpgsqlDbType type, T[] values) => new() { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = values };

    private static T[] ValuesOf<TItem, T>(IReadOnlyList<TItem> items, Func<TItem, T> value)
    {
        var values = new T[items.Count];
        for (var i = 0; i < values.Length; i++) values[i] = value(items[i]);
        return values;
    }
}
