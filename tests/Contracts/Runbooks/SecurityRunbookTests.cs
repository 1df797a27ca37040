using System.Text.RegularExpressions;
using FangFanPin.Tests.Shared;
using Xunit;

namespace FangFanPin.Tests.Contracts.Runbooks;

/// <summary>Every line of <c>deploy/runbooks/security.md</c> names tests that there are: a class, <c>Class.Method</c>, or the beginning of a method followed by <c>…</c>.</summary>
public sealed partial class SecurityRunbookTests
{
    private const int LinesLeast = 35;

    [Fact]
    public void Every_test_that_the_security_table_names_is_there()
    {
        var table = Rows(File.ReadAllText(Path.Combine(Repository.Root, "deploy/runbooks/security.md"))).ToList();
        Assert.True(table.Count >= LinesLeast, $"only {table.Count} lines");
        Assert.Empty(Missing(table, Tests()));
    }

    [Theory]
    [InlineData("| a | b | `GoneTests` |", "GoneTests")]
    [InlineData("| a | b | `RunbookTests.Gone_…` |", "RunbookTests.Gone_…")]
    [InlineData("| a | b | `RunbookTests.First`, `…Gone` |", "RunbookTests.Gone")]
    [InlineData("| a | b | `RunbookTests.Firs` |", "RunbookTests.Firs")]
    [InlineData("| a | b | by hand |", "a")]
    public void A_test_that_is_not_there_is_found(string row, string named) =>
        Assert.Equal([named], Missing(Rows(row), new Dictionary<string, HashSet<string>> { ["RunbookTests"] = ["First", "Second"] }));

    /// <returns>Names without a test, and requirements without a name.</returns>
    private static List<string> Missing(IEnumerable<(string Requirement, string Shown)> rows, IReadOnlyDictionary<string, HashSet<string>> tests)
    {
        var missing = new List<string>();
        foreach (var (requirement, shown) in rows)
        {
            var (names, owner) = (Quoted().Matches(shown).Select(m => m.Groups[1].Value).Where(n => !n.StartsWith("deploy/", StringComparison.Ordinal)).ToList(), "");
            if (names.Count == 0) missing.Add(requirement);
            foreach (var name in names)
            {
                var full = name.StartsWith('…') ? $"{owner}.{name[1..]}" : name;
                var parts = full.Split('.', 2);
                owner = parts[0];
                var method = parts.Length > 1 ? parts[1] : null;
                var found = tests.TryGetValue(owner, out var methods)
                    && (method is null || (method.EndsWith('…') ? methods.Any(m => m.StartsWith(method.TrimEnd('…'), StringComparison.Ordinal)) : methods.Contains(method)));
                if (!found) missing.Add(full);
            }
        }
        return missing;
    }

    private static IEnumerable<(string Requirement, string Shown)> Rows(string text) =>
        from line in text.Split('\n')
        let cells = line.Split('|')
        where cells.Length == 5 && !cells[1].Contains("---", StringComparison.Ordinal) && cells[1].Trim() != "requirement"
        select (cells[1].Trim(), cells[3]);

    /// <summary>Classes of tests by name, with the methods that the runner would run; classes of several projects may share a name.</summary>
    private static Dictionary<string, HashSet<string>> Tests()
    {
        var tests = new Dictionary<string, HashSet<string>>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (!tests.TryGetValue(name, out var methods)) tests[name] = methods = [];
            methods.UnionWith(TestMethod().Matches(File.ReadAllText(file)).Where(m => !m.Value.Contains("Skip", StringComparison.Ordinal)).Select(m => m.Groups[1].Value));
        }
        return tests;
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\[(?:Fact|Theory)[^\n]*\]\s*\n(?:\s*\[[^\n]*\]\s*\n)*\s*public (?:static )?(?:async )?(?:Task|ValueTask|void) (\w+)")]
    private static partial Regex TestMethod();
}
