using System.Reflection;
using System.Security.Cryptography;
using Npgsql;

namespace FangFanPin.Storage.Migrations;

/// <summary>
/// A script that was changed after a database took it leaves tables that this program does not expect. What was applied is therefore kept by
/// its hash beside the journal, and compared at every migration.
/// </summary>
internal static class ScriptHashes
{
    private const string Create = "create table if not exists schemahashes (scriptname text primary key, sha256 text not null)";
    private const string Remember = "insert into schemahashes select * from unnest($1::text[], $2::text[]) on conflict do nothing";
    private const string Compare = """
        select h.scriptname from schemahashes h join unnest($1::text[], $2::text[]) as now (scriptname, sha256) using (scriptname)
        where h.sha256 <> now.sha256 and (h.scriptname, h.sha256) not in (select * from unnest($3::text[], $4::text[])) order by 1 limit 1
        """;

    /// <summary>
    /// Scripts that were out in a second wording: one closed a function in 0110, the other does it in 0161, so a database that has either pair has the same
    /// tables, functions and rights. For good; none may be added without such a proof.
    /// </summary>
    internal static readonly (string Script, string Sha256)[] SecondWordings =
    [
        ("0110_import_new.sql", "54390d4684033d97267b777e9a488719a7c87bf18969aed4ebe4a7ba97f78f4d"),
        ("0161_sync_plans.sql", "fd8d4d037d5bf42854159dfee7c1e6765fcf5ff47cae6ff1b32ea644933a4718"),
    ];

    /// <exception cref="MigrationException">A script differs from what the database took under its name.</exception>
    public static void Check(NpgsqlConnection connection)
    {
        var (names, hashes) = Shipped();
        using (var create = new NpgsqlCommand(Create, connection)) create.ExecuteNonQuery();
        using (var remember = With(Remember, connection, names, hashes)) remember.ExecuteNonQuery();
        using var compare = With(Compare, connection, names, hashes, [.. SecondWordings.Select(w => w.Script)], [.. SecondWordings.Select(w => w.Sha256)]);
        if (compare.ExecuteScalar() is string changed) throw MigrationException.Changed(changed);
    }

    private static NpgsqlCommand With(string sql, NpgsqlConnection connection, params string[][] lists)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var list in lists) command.Parameters.Add(new NpgsqlParameter { Value = list });
        return command;
    }

    private static (string[] Names, string[] Hashes) Shipped()
    {
        var assembly = Assembly.GetExecutingAssembly();
        string[] names = [.. assembly.GetManifestResourceNames().Where(Migrator.Numbered)];
        return (names, [.. names.Select(name => Convert.ToHexStringLower(SHA256.HashData(assembly.GetManifestResourceStream(name)!)))]);
    }
}
