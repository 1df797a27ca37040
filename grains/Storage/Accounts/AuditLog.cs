using Npgsql;

namespace FangFanPin.Storage.Accounts;

/// <summary>One line of the audit table. Nothing personal: account names, paths, codes.</summary>
public sealed record AuditEntry(DateTimeOffset At, string Actor, string Action, string Object, string Result, string TraceId);

/// <summary>Insert-only record of what was done or refused.</summary>
public sealed class AuditLog(NpgsqlDataSource database)
{
    private const int TextMax = 400;
    private const string Insert = "insert into audit (at, actor, action, object, result, trace_id) values ($1, $2, $3, $4, $5, $6)";

    public async Task AppendAsync(AuditEntry entry, CancellationToken ct = default)
    {
        await using var command = database.CreateCommand(Insert);
        command.Parameters.Add(new() { Value = entry.At.ToUniversalTime() });
        foreach (var text in new[] { entry.Actor, entry.Action, entry.Object, entry.Result, entry.TraceId })
            command.Parameters.Add(new() { Value = text.Length > TextMax ? text[..TextMax] : text });
        await command.ExecuteNonQueryAsync(ct);
    }
}
