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
        where h.sha256 <> now.sha256 order by 1 limit 1
        """;

    /// <exception cref="MigrationException">A script differs from what the database took under its name.</exception>
    public static void Check(NpgsqlConnection connection)
    {
        var (names, hashes) = Shipped();
        using (var create = new NpgsqlCommand(Create, connection)) create.ExecuteNonQuery();
        using (var remember = With(Remember, connection, names, hashes)) remember.ExecuteNonQuery();
        using var compare = With(Compare, connection, names, hashes);
        if (compare.ExecuteScalar() is string changed) throw MigrationException.Changed(changed);
    }

    private static NpgsqlCommand With(string sql, NpgsqlConnection connection, string[] names, string[] hashes) =>
        new(sql, connection) { Parameters = { new() { Value = names }, new() { Value = hashes } } };

    private static (string[] Names, string[] Hashes) Shipped()
    {
        var assembly = Assembly.GetExecutingAssembly();
        string[] names = [.. assembly.GetManifestResourceNames().Where(Migrator.Numbered)];
        return (names, [.. names.Select(name => Convert.ToHexStringLower(SHA256.HashData(assembly.GetManifestResourceStream(name)!)))]);
    }
}
