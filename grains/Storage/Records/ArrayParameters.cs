using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Records;

/// <summary>Binds one array per column, in the order of <c>$1, $2, …</c>, for <c>unnest</c>.</summary>
public static class ArrayParameters
{
    public static NpgsqlCommand WithColumn<TItem, T>(this NpgsqlCommand command, IReadOnlyList<TItem> items, NpgsqlDbType type, Func<TItem, T> value)
    {
        var values = new T[items.Count];
        for (var i = 0; i < values.Length; i++) values[i] = value(items[i]);
        return command.WithArray(type, values);
    }

    public static NpgsqlCommand WithArray<T>(this NpgsqlCommand command, NpgsqlDbType type, T[] values)
    {
        command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = values });
        return command;
    }
}
