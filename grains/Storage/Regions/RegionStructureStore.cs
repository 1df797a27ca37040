using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Regions;
using FangFanPin.Domain.Rollup;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Accounts;
using FangFanPin.Storage.Audit;
using FangFanPin.Storage.Records;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace FangFanPin.Storage.Regions;

/// <inheritdoc cref="IRegionStructureStore"/>
public sealed class RegionStructureStore(NpgsqlDataSource database, IRegions regions, ISealer sealer, TimeProvider clock, ILogger<RegionStructureStore> logger) : IRegionStructureStore
{
    /// <summary>One change at a time, over all processes.</summary>
    private const string LockSql = "select version from region_tree for update";

    private const string UsedSql = "select exists (select from region where code = $1)";

    /// <summary>Deregistered ones too: in a village that nobody covers they could be neither read nor restored.</summary>
    private const string HouseholdsSql = "select exists (select from household where village = $1 and document is not null)";

    /// <summary>In key order, as starts and settlements lock them.</summary>
    private const string LockEpochsSql = "select region from region_epoch where region = any ($1) order by region for update";

    /// <summary>The open row of a region ends yesterday; one that only began today is replaced.</summary>
    private const string EndRowsSql =
        """
        with gone as (delete from region where code = any ($1) and valid_from = $2)
        update region set valid_to = $2 - 1, merged_into = $3 where code = any ($1) and valid_to is null and valid_from < $2
        """;

    private const string WriteRowsSql = "insert into region (code, name, level, parent, valid_from) select *, $5 from unnest($1, $2, $3, $4)";

    private const string WriteEpochsSql =
        """
        insert into region_epoch as e (region, parent, level) select * from unnest($1, $2, $3)
        on conflict (region) do update set parent = excluded.parent, level = excluded.level, live = true
        """;

    private const string EndEpochSql = "update region_epoch set live = false, epoch = epoch + 1 where region = $1";

    /// <summary>
    /// New epochs and the debts that go with them. What the ended region ($2) still owed is owed by those who take its place: they read its rows
    /// anew, and its oldest debt lives on as theirs, so that nobody is promised more than is true.
    /// </summary>
    private const string OweSql =
        """
        with raised as (
            update region_epoch set epoch = epoch + 1 where region = any ($1) returning region, epoch
        ), freed as (
            delete from owed where target = $2 returning at
        )
        insert into owed as o (target, subject, version, at)
        select region, $3, epoch, coalesce((select min(at) from freed), now()) from raised order by region
        on conflict (target, subject) do update set version = greatest(o.version, excluded.version), at = least(o.at, excluded.at)
        """;

    private const string JournalSql =
        """
        with next as (update region_tree set version = version + 1 returning version)
        insert into region_change (version, actor, detail, command_id, households_moved) select version, $1, $2, $3, $4 from next returning version
        """;

    /// <summary>The database has the members in an order of its own.</summary>
    private static readonly JsonSerializerOptions Journaled = new(WireJson.Options) { AllowOutOfOrderMetadataProperties = true };

    private const string FindSql = "select version, actor, detail, households_moved from region_change where command_id = $1";

    private readonly DatabaseRetry retry = new(database, new RecordsOptions(), logger);

    public async Task<Outcome<RegionChanged>> ApplyAsync(RegionChange change, string actor, DateOnly today, RegionCommandMark? command = null, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            var outcome = await retry.RunAsync((connection, most) => ApplyAsync(connection, change, actor, today, command, most));
            if (outcome.Ok) await regions.RefreshAsync(CancellationToken.None);
            return outcome;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw Faults.Unavailable("region", fault);
        }
    }

    public async Task<RegionChangeDone?> FindAsync(Guid commandId, CancellationToken ct = default)
    {
        try
        {
            return await retry.RunAsync((connection, most) => FindAsync(connection, commandId, most));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw Faults.Unavailable("region", fault);
        }
    }

    private static async Task<RegionChangeDone?> FindAsync(NpgsqlConnection connection, Guid commandId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(FindSql, connection) { Parameters = { new() { Value = commandId } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new RegionChangeDone(reader.GetInt64(0), reader.GetString(1), JsonSerializer.Deserialize<RegionChange>(reader.GetString(2), Journaled)!, reader.GetInt32(3))
            : null;
    }

    private async Task<Outcome<RegionChanged>> ApplyAsync(
        NpgsqlConnection connection, RegionChange change, string actor, DateOnly today, RegionCommandMark? command, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var locked = new NpgsqlCommand(LockSql, connection)) await locked.ExecuteNonQueryAsync(ct);
        // Behind the lock: two at once are one after the other.
        if (command is not null && await FindAsync(connection, command.CommandId, ct) is { } before) return before.Again(change, actor);
        await regions.RefreshAsync(ct); // nobody else changes it now
        var tree = regions.Tree;
        var errors = RegionDecision.Check(tree, change);
        if (errors.Count == 0 && await ObstacleAsync(connection, tree, change, ct) is { } obstacle) errors = [obstacle];
        if (errors.Count > 0) return errors.ToList();

        var plan = RegionPlan.Of(tree, change);
        await WriteAsync(connection, plan, today, ct);
        var version = await JournalAsync(connection, change, actor, command, ct);
        await AuditLog.InsertAsync(connection, [.. new RegionEntries(sealer, actor, command?.Role, clock.GetUtcNow()).Of(tree, plan, change)], ct);
        await transaction.CommitAsync(ct);
        var after = plan.Written.ToDictionary(r => r.Code);
        return new RegionChanged(version, [.. plan.Epochs.Select(code => after.GetValueOrDefault(code) ?? tree.Find(code)!)], command?.HouseholdsMoved ?? 0);
    }

    private static async Task<DomainError?> ObstacleAsync(NpgsqlConnection connection, RegionTree tree, RegionChange change, CancellationToken ct)
    {
        var made = change is RegionChange.Create create ? create.Region : change is RegionChange.Split split ? split.NewRegion : (RegionCode?)null;
        if (made is { } code && await IsAsync(connection, UsedSql, code, ct)) return RegionErrors.CodeTaken(code);
        if (change is RegionChange.Merge merge && tree.Find(merge.Region)!.Level == RegionLevel.Village && await IsAsync(connection, HouseholdsSql, merge.Region, ct))
            return RegionErrors.HasHouseholds;
        return null;
    }

    private static async Task<bool> IsAsync(NpgsqlConnection connection, string sql, RegionCode code, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = code.ToString() } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, RegionPlan plan, DateOnly today, CancellationToken ct)
    {
        var ended = plan.Ended?.Region.ToString();
        string[] epochs = [.. plan.Epochs.Select(r => r.ToString())];
        await RunAsync(connection, LockEpochsSql, ct, c => c.WithArray<string>(NpgsqlDbType.Text, ended is null ? epochs : [.. epochs, ended]));
        await EndRowsAsync(connection, [.. plan.Written.Select(r => r.Code.ToString())], null, today, ct);
        if (ended is not null) await EndRowsAsync(connection, [ended], plan.Ended!.Value.Into, today, ct);
        await RunAsync(connection, WriteRowsSql, ct, c =>
        {
            WithRegions(c, plan, withNames: true);
            c.Parameters.Add(new() { Value = today });
        });
        if (plan.Epochs.IsEmpty) return;
        await RunAsync(connection, WriteEpochsSql, ct, c => WithRegions(c, plan, withNames: false));
        if (ended is not null) await RunAsync(connection, EndEpochSql, ct, c => c.Parameters.Add(new() { Value = ended }));
        await RunAsync(connection, OweSql, ct, c =>
        {
            c.WithArray(NpgsqlDbType.Text, epochs);
            c.Parameters.Add(new() { Value = ended ?? "" });
            c.Parameters.Add(new() { Value = Debt.Structure });
        });
    }

    private static Task EndRowsAsync(NpgsqlConnection connection, string[] codes, RegionCode? into, DateOnly today, CancellationToken ct) =>
        RunAsync(connection, EndRowsSql, ct, c =>
        {
            c.WithArray(NpgsqlDbType.Text, codes);
            c.Parameters.Add(new() { Value = today });
            c.Parameters.Add(new() { Value = (object?)into?.ToString() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        });

    private static void WithRegions(NpgsqlCommand command, RegionPlan plan, bool withNames)
    {
        command.WithColumn(plan.Written, NpgsqlDbType.Text, r => r.Code.ToString());
        if (withNames)
            command.WithColumn(plan.Written, NpgsqlDbType.Text, r => r.Name).WithColumn(plan.Written, NpgsqlDbType.Smallint, r => (short)r.Level)
                .WithColumn(plan.Written, NpgsqlDbType.Text, r => r.Parent?.ToString());
        else
            command.WithColumn(plan.Written, NpgsqlDbType.Text, r => r.Parent?.ToString()).WithColumn(plan.Written, NpgsqlDbType.Smallint, r => (short)r.Level);
    }

    private static async Task<long> JournalAsync(NpgsqlConnection connection, RegionChange change, string actor, RegionCommandMark? mark, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(JournalSql, connection);
        command.Parameters.Add(new() { Value = actor });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(change, WireJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = (object?)mark?.CommandId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = mark?.HouseholdsMoved ?? 0 });
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct, Action<NpgsqlCommand> bind)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        bind(command);
        await command.ExecuteNonQueryAsync(ct);
    }
}
