namespace FangFanPin.Tests.Shared;

/// <summary>The checkout that these tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "FangFanPin.sln"))) return at.FullName;
        throw new DirectoryNotFoundException($"no FangFanPin.sln above {folder}");
    }
}
