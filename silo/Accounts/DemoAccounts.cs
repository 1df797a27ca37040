using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using FangFanPin.Api.Accounts;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;
using Npgsql;

namespace FangFanPin.Silo.Accounts;

/// <summary>
/// Verb <c>accounts --file FILE</c>: makes the demonstration accounts with random passwords, writes them to FILE, readable by its owner
/// only, and prints what is in FILE. Accounts that exist stay as they are.
/// </summary>
internal static class DemoAccounts
{
    private const int PasswordBytes = 12;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Wanted(string Name, string DisplayName, string Region, string Role);

    private sealed record Written(string Name, string Password, string DisplayName, string Region, string Role);

    /// <summary>柘城县 with one town and one village of it, its city and its province.</summary>
    private static readonly Wanted[] All =
    [
        new("province-viewer", "河南省 查看", "410000000000", Roles.Viewer),
        new("province-editor", "河南省 编辑", "410000000000", Roles.Editor),
        new("province-admin", "河南省 管理", "410000000000", Roles.Admin),
        new("province-importer", "河南省 导入", "410000000000", Roles.Importer),
        new("city-viewer", "商丘市 查看", "411400000000", Roles.Viewer),
        new("city-editor", "商丘市 编辑", "411400000000", Roles.Editor),
        new("city-importer", "商丘市 导入", "411400000000", Roles.Importer),
        new("county-viewer", "柘城县 查看", "411424000000", Roles.Viewer),
        new("county-editor", "柘城县 编辑", "411424000000", Roles.Editor),
        new("county-importer", "柘城县 导入", "411424000000", Roles.Importer),
        new("town-viewer", "凤凰街道 查看", "411424001000", Roles.Viewer),
        new("town-editor", "凤凰街道 编辑", "411424001000", Roles.Editor),
        new("village-viewer", "大陈村 查看", "411424001201", Roles.Viewer),
        new("village-editor", "大陈村 编辑", "411424001201", Roles.Editor),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ["--file", var file, .. var rest])
        {
            await Console.Error.WriteLineAsync("用法:accounts --file 文件");
            return 2;
        }
        await using var database = NpgsqlDataSource.Create(SiloSettings.Read(rest).RequiredConnectionString());
        foreach (var account in await EnsureAsync(new AccountStore(database), file)) Console.WriteLine($"  {account.Name,-18} {account.Password}  {account.DisplayName}");
        return 0;
    }

    /// <summary>The file is written before the accounts, so that an interrupted first start loses no password.</summary>
    private static async Task<IReadOnlyList<Written>> EnsureAsync(AccountStore accounts, string file)
    {
        var known = File.Exists(file) ? JsonSerializer.Deserialize<List<Written>>(await File.ReadAllTextAsync(file), Readable)! : [];
        var missing = new List<Written>();
        foreach (var wanted in All)
            if (await accounts.FindAsync(wanted.Name) is null)
                missing.Add(known.Find(k => k.Name == wanted.Name) ?? new Written(wanted.Name, NewPassword(), wanted.DisplayName, wanted.Region, wanted.Role));
        if (missing.Count == 0) return known;
        Written[] all = [.. known.Where(k => missing.All(m => m.Name != k.Name)), .. missing];
        Write(file, all);
        foreach (var account in missing)
            await accounts.CreateAsync(new Account(account.Name, Passwords.Hash(account.Password), account.DisplayName, [account.Role],
                RegionCode.Parse(account.Region), MustChange: false, Disabled: false));
        return all;
    }

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PasswordBytes));

    private static void Write(string file, IReadOnlyList<Written> accounts)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        JsonSerializer.Serialize(stream, accounts, Readable);
    }
}
