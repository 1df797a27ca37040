using System.Reflection;
using System.Text.RegularExpressions;
using FangFanPin.Domain;
using FangFanPin.Tests.Shared;
using Orleans.Runtime;
using Xunit;

namespace FangFanPin.Tests.Contracts.Architecture;

public sealed partial class ArchitectureTests
{
    [Fact]
    public void Every_reference_between_rooms_points_the_allowed_way()
    {
        var wrong = Rooms.Folders.SelectMany(r => Rooms.Violations(r.Room, File.ReadAllText(Assert.Single(
            Directory.GetFiles(Path.Combine(Repository.Root, r.Folder), "*.csproj")))));
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("Grains", "<ProjectReference Include=\"../Storage/FangFanPin.Storage.csproj\" />", "Grains -> Storage")]
    [InlineData("Api", "<ProjectReference Include=\"..\\grains\\Grains\\FangFanPin.Grains.csproj\" />", "Api -> Grains")]
    [InlineData("Domain", "<PackageReference Include=\"Npgsql\" />", "Domain -> Npgsql")]
    [InlineData("Contracts", "<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />", "Contracts -> Microsoft.AspNetCore.App")]
    public void An_arrow_that_points_the_wrong_way_is_found(string room, string reference, string expected) =>
        Assert.Equal([expected], Rooms.Violations(room, $"<Project Sdk=\"Microsoft.NET.Sdk\"><ItemGroup>{reference}</ItemGroup></Project>"));

    [Fact]
    public void Domain_is_compiled_against_the_base_library_only() =>
        Assert.All(typeof(DomainError).Assembly.GetReferencedAssemblies(), name => Assert.StartsWith("System.", name.Name, StringComparison.Ordinal));

    [Fact]
    public void Domain_asks_neither_the_clock_nor_chance()
    {
        var folder = Path.Combine(Repository.Root, "grains/Domain");
        var impure = Sources(folder).Where(file => Impure().IsMatch(File.ReadAllText(file))).Select(file => Path.GetRelativePath(folder, file));
        Assert.Empty(impure);
    }

    [Fact]
    public void No_two_states_of_grains_share_a_name()
    {
        var states = typeof(Grains.Households.HouseholdGrain).Assembly.GetTypes()
            .SelectMany(type => type.GetConstructors().SelectMany(c => c.GetParameters())
                .Select(p => p.GetCustomAttribute<PersistentStateAttribute>())
                .OfType<PersistentStateAttribute>()
                .Select(state => (type.Name, state.StateName)))
            .ToList();
        Assert.NotEmpty(states);
        Assert.Empty(states.GroupBy(s => s.StateName).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(s => s.Name))}"));
    }

    /// <summary>A household asks it in one place, which answers as the filter would; its writes are too many for a filter.</summary>
    [Fact]
    public void Every_grain_but_the_household_can_meet_an_absent_database()
    {
        var grains = typeof(Grains.DatabaseGrain).Assembly.GetTypes().Where(t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(Orleans.Grain))).ToList();
        Assert.Equal([typeof(Grains.Households.HouseholdGrain)], grains.Where(t => !t.IsSubclassOf(typeof(Grains.DatabaseGrain))));
        Assert.True(grains.Count > 5);
    }

    [Fact]
    public void No_file_outgrows_a_reader()
    {
        const int linesMax = 450;
        var tooLong = new[] { "api", "silo", "grains", "tests" }
            .SelectMany(folder => Sources(Path.Combine(Repository.Root, folder)))
            .Select(file => (File: Path.GetRelativePath(Repository.Root, file), Lines: File.ReadLines(file).Count()))
            .Where(f => f.Lines > linesMax);
        Assert.Empty(tooLong);
    }

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"\b(DateTime(Offset)?\.(Utc)?Now|DateTime\.Today|TimeProvider\.System|Random\.Shared|new Random\(|Guid\.NewGuid|RandomNumberGenerator)\b")]
    private static partial Regex Impure();
}
