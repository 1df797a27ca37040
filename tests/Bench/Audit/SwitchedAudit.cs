using FangFanPin.Storage.Accounts;
using Npgsql;

namespace FangFanPin.Tests.Bench.Audit;

/// <summary>The audit's log, which can be told to take entries and write none.</summary>
internal sealed class SwitchedAudit(NpgsqlDataSource database) : AuditLog(database)
{
    public bool Silent { get; set; }

    public override Task AppendAsync(AuditEntry entry, CancellationToken ct = default) => Silent ? Task.CompletedTask : base.AppendAsync(entry, ct);
}
