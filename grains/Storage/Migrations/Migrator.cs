using System.Reflection;
using DbUp;
using DbUp.Builder;
using DbUp.Engine;
using DbUp.Support;
using Npgsql;

namespace FangFanPin.Storage.Migrations;

/// <summary>
/// Brings a database to the numbered scripts of <c>deploy/sql</c>, which are embedded in this assembly. Forward only; each script is one
/// transaction with its row in the journal (<c>schemaversions</c>); the grants run again after every change.
/// </summary>
/// <param name="connectionString">A role that owns the schema. <see cref="Pending"/> is content with one that may read the journal.</param>
public sealed class Migrator(string connectionString)
{
    private const string Journal = "schemaversions";
    private const string GrantsScript = "9999_grants.sql";
    /// <summary>Any number will do, as long as nothing else locks on it: "ffp-migr" in ASCII.</summary>
    private const long LockKey = 0x6666702d6d696772;
    private static readonly TimeSpan ScriptMost = TimeSpan.FromMinutes(30);

    /// <summary>Applies what is missing. Several processes may start at once: one works, the others wait and find nothing to do.</summary>
    /// <returns>Names of the scripts applied by this call, in order; empty when the database was current.</returns>
    /// <exception cref="MigrationException">A script failed or the database is away; the script's transaction is rolled back.</exception>
    public IReadOnlyList<string> Migrate()
    {
        try
        {
            using var guard = Lock();
            if (Pending().Count == 0)
            {
                ScriptHashes.Check(guard);
                return [];
            }
            var result = Scripts(Numbered)
                .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name == GrantsScript,
                    new SqlScriptOptions { ScriptType = ScriptType.RunAlways, RunGroupOrder = DbUpDefaults.DefaultRunGroupOrder + 1 })
                .Build().PerformUpgrade();
            if (!result.Successful) throw new MigrationException(result.ErrorScript?.Name, result.Error);
            ScriptHashes.Check(guard);
            return [.. result.Scripts.Select(s => s.Name).Where(Numbered)];
        }
        catch (NpgsqlException e)
        {
            throw new MigrationException(null, e);
        }
    }

    /// <summary>Names of the scripts that the database still lacks, in order.</summary>
    public IReadOnlyList<string> Pending() => [.. Scripts(Numbered).Build().GetScriptsToExecute().Select(s => s.Name)];

    private UpgradeEngineBuilder Scripts(Func<string, bool> filter) => DeployChanges.To.PostgresqlDatabase(connectionString)
        .JournalToPostgresqlTable("public", Journal)
        .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), filter)
        .WithTransactionPerScript()
        .WithVariablesDisabled() // dollar quoting is PostgreSQL's here
        .WithExecutionTimeout(ScriptMost)
        .LogToNowhere();

    internal static bool Numbered(string name) => name.EndsWith(".sql", StringComparison.Ordinal) && name != GrantsScript;

    /// <summary>The lock belongs to a session of its own, outside the pool, so that closing it always releases it.</summary>
    private NpgsqlConnection Lock()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ToString());
        try
        {
            connection.Open();
            using var command = new NpgsqlCommand("select pg_advisory_lock($1)", connection) { Parameters = { new() { Value = LockKey } } };
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
