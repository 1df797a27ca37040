using Npgsql;

namespace FangFanPin.Storage.Cases;

internal static class CaseCommands
{
    /// <summary>A command with its values in the order of <c>$1, $2, …</c>. A single array must come as an object, or its items become the values.</summary>
    public static NpgsqlCommand With(this NpgsqlDataSource database, string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        // An array of hashes is one value, and an array of the database; left to guess, the driver takes it for one value.
        foreach (var value in values) command.Parameters.Add(value is byte[][] hashes ? new NpgsqlParameter<byte[][]> { TypedValue = hashes } : new NpgsqlParameter { Value = value });
        return command;
    }
}
