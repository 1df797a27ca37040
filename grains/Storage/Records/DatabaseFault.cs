using System.Net.Sockets;
using Npgsql;

namespace FangFanPin.Storage.Records;

/// <summary>What a failed statement says about itself, and so what to do with its batch.</summary>
internal enum DatabaseFault
{
    /// <summary>Connection, shutdown, resources, deadlock: the same batch again, a bounded number of times. It may have been committed.</summary>
    Passing,

    /// <summary>The content of some row: halve the batch until it stands alone. Nothing of it was committed.</summary>
    Content,

    /// <summary>The statement itself, e.g. a missing table: our bug, for every row alike.</summary>
    Statement,
}

internal static class DatabaseFaults
{
    /// <summary>Classes of SQLSTATE that are about the values: data, integrity, limits of a row or an index entry.</summary>
    private static readonly string[] ContentClasses = ["22", "23", "54"];

    /// <summary>Connection, transaction rollback (deadlock, serialisation), resources, operator, system, and a standby that cannot write.</summary>
    private static readonly string[] PassingClasses = ["08", "40", "53", "55", "57", "58", "25"];

    public static DatabaseFault Of(Exception fault) => fault switch
    {
        PostgresException e when PassingClasses.Contains(e.SqlState[..2]) => DatabaseFault.Passing,
        PostgresException e when ContentClasses.Contains(e.SqlState[..2]) => DatabaseFault.Content,
        PostgresException => DatabaseFault.Statement,
        NpgsqlException or IOException or SocketException or TimeoutException or OperationCanceledException => DatabaseFault.Passing,
        ObjectDisposedException => DatabaseFault.Passing,
        _ => DatabaseFault.Content, // a value that the driver could not even send, e.g. half a surrogate pair
    };

    /// <summary>For logs and messages: a code, never the driver's text, which may quote values.</summary>
    public static string CodeOf(Exception fault) => fault is PostgresException e ? e.SqlState : fault.GetType().Name;
}
