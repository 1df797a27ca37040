using System.Reflection;
using System.Security.Cryptography;
using FangFanPin.Storage.Migrations;
using Xunit;

namespace FangFanPin.Tests.Postgres.Migrations;

/// <summary>
/// Databases remember the hash of every script that they took, and refuse a program whose script says something else. So a released script stays as it is,
/// to the last blank, and what it lacks goes into a new one. A new script is added to <c>ReleasedScripts.txt</c> when it is released.
/// </summary>
public sealed class ReleasedScriptTests
{
    private static readonly Assembly Storage = typeof(Migrator).Assembly;

    private static readonly Dictionary<string, string> Released = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Migrations", "ReleasedScripts.txt"))
        .Select(line => line.Split("  ", 2)).ToDictionary(part => part[1], part => part[0]);

    public static TheoryData<string> Names => [.. Released.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_released_script_says_what_it_said_when_it_was_released(string name)
    {
        using var script = Storage.GetManifestResourceStream(name);
        Assert.True(script is not null, $"deploy/sql/{name} was released and is gone: databases that have it would refuse to start. Bring it back.");
        Assert.True(Convert.ToHexStringLower(SHA256.HashData(script)) == Released[name],
            $"deploy/sql/{name} was released and has been edited: every database that has it would refuse to start. Undo the edit and write a new script.");
    }

    [Fact]
    public void A_new_script_runs_behind_those_that_databases_have()
    {
        var fresh = Storage.GetManifestResourceNames().Where(Migrator.Numbered).Except(Released.Keys);
        Assert.All(fresh, name => Assert.True(string.CompareOrdinal(name, Released.Keys.Order(StringComparer.Ordinal).Last()) > 0, $"deploy/sql/{name} has a number that is taken"));
        Assert.NotEmpty(Released);
    }
}
