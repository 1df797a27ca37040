using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using FangFanPin.Api.Accounts;
using FangFanPin.Domain.Accounts;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;
using Npgsql;

namespace FangFanPin.Silo.Accounts;

/// <summary>
/// Verb <c>accounts --file FILE</c>: makes the demonstration accounts with random passwords, writes them to FILE, readable by its owner
/// only, and prints what is in FILE. Accounts that exist stay as they are. Their first password counts as changed, and where a second factor
/// is needed its secret stands in FILE: scripts can sign in. Verb <c>totp --file FILE --account NAME</c> prints the code of the moment.
/// </summary>
internal static class DemoAccounts
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Wanted(string Name, string DisplayName, string Region, string Role);

    /// <param name="TotpSecret">Base 32; null where no second factor is needed.</param>
    private sealed record Written(string Name, string Password, string DisplayName, string Region, string Role, string? TotpSecret = null);

    /// <summary>柘城县 with one town and one village of it, its city and its province.</summary>
    private static readonly Wanted[] All =
    [
        new("province-viewer", "河南省 查看", "410000000000", RoleNames.Viewer),
        new("province-editor", "河南省 编辑", "410000000000", RoleNames.Editor),
        new("province-importer", "河南省 导入", "410000000000", RoleNames.Importer),
        new("province-reviewer", "河南省 审核", "410000000000", RoleNames.Reviewer),
        new("province-exporter", "河南省 导出", "410000000000", RoleNames.Exporter),
        new("province-operator", "河南省 运维", "410000000000", RoleNames.Operator),
        new("province-admin", "河南省 系统管理员", "410000000000", RoleNames.SystemAdmin),
        new("province-security", "河南省 安全管理员", "410000000000", RoleNames.SecurityAdmin),
        new("province-audit", "河南省 审计管理员", "410000000000", RoleNames.AuditAdmin),
        new("city-viewer", "商丘市 查看", "411400000000", RoleNames.Viewer),
        new("city-editor", "商丘市 编辑", "411400000000", RoleNames.Editor),
        new("city-importer", "商丘市 导入", "411400000000", RoleNames.Importer),
        new("city-reviewer", "商丘市 审核", "411400000000", RoleNames.Reviewer),
        new("county-viewer", "柘城县 查看", "411424000000", RoleNames.Viewer),
        new("county-editor", "柘城县 编辑", "411424000000", RoleNames.Editor),
        new("county-importer", "柘城县 导入", "411424000000", RoleNames.Importer),
        new("county-reviewer", "柘城县 审核", "411424000000", RoleNames.Reviewer),
        new("county-exporter", "柘城县 导出", "411424000000", RoleNames.Exporter),
        new("county-unmasker", "柘城县 明文查看", "411424000000", RoleNames.Unmasker),
        new("county-department", "柘城县 行业部门", "411424000000", RoleNames.Department),
        new("town-viewer", "凤凰街道 查看", "411424001000", RoleNames.Viewer),
        new("town-editor", "凤凰街道 编辑", "411424001000", RoleNames.Editor),
        new("town-reviewer", "凤凰街道 审核", "411424001000", RoleNames.Reviewer),
        new("village-viewer", "大陈村 查看", "411424001201", RoleNames.Viewer),
        new("village-editor", "大陈村 编辑", "411424001201", RoleNames.Editor),
        new("village-informant", "大陈村 信息员", "411424001201", RoleNames.Informant),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ["--file", var file, .. var rest])
        {
            await Console.Error.WriteLineAsync("用法:accounts --file 文件");
            return 2;
        }
        await using var database = NpgsqlDataSource.Create(SiloSettings.Read(rest).RequiredConnectionString());
        // The keys of accounts lie beside the file: both are of this installation.
        var keys = AccountKeys.OfFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);
        foreach (var account in await EnsureAsync(new AccountStore(database, keys), keys, file))
            Console.WriteLine($"  {account.Name,-18} {account.Password}  {account.DisplayName}{(account.TotpSecret is null ? "" : " *")}");
        return 0;
    }

    public static async Task<int> PrintCodeAsync(string[] args)
    {
        if (args is not ["--file", var file, "--account", var name])
        {
            await Console.Error.WriteLineAsync("用法:totp --file 文件 --account 账号");
            return 2;
        }
        if ((await ReadAsync(file)).Find(a => a.Name == name)?.TotpSecret is not { } secret)
        {
            await Console.Error.WriteLineAsync($"{file} 中没有账号 {name},或该账号不需要动态口令。");
            return 1;
        }
        Console.WriteLine(Totp.Code(Totp.Secret(secret), Totp.StepAt(TimeProvider.System.GetUtcNow())));
        return 0;
    }

    /// <summary>The file is written before the accounts, so that an interrupted first start loses no password.</summary>
    private static async Task<IReadOnlyList<Written>> EnsureAsync(AccountStore accounts, AccountKeys keys, string file)
    {
        var known = await ReadAsync(file);
        var missing = new List<(Written Account, bool Replace)>();
        foreach (var wanted in All)
        {
            var old = known.Find(k => k.Name == wanted.Name);
            var row = await accounts.FindAsync(wanted.Name);
            // Rows from before rows were signed get what this list says, not what they say.
            if (row is null || (row.Unsigned && old is not null)) missing.Add((Complete(old, wanted), row is not null));
        }
        if (missing.Count == 0) return known;
        Written[] all = [.. known.Where(k => missing.All(m => m.Account.Name != k.Name)), .. missing.Select(m => m.Account)];
        Write(file, all);
        foreach (var (account, replace) in missing)
        {
            if (replace) await accounts.ReplaceAsync(AccountOf(account, keys));
            else await accounts.CreateAsync(AccountOf(account, keys));
        }
        return all;
    }

    private static Written Complete(Written? old, Wanted wanted)
    {
        var needsSecret = RoleRules.NeedsSecondFactor([wanted.Role], LevelOf(wanted.Region));
        var secret = needsSecret ? old?.TotpSecret ?? Totp.Text(RandomNumberGenerator.GetBytes(Totp.SecretBytes)) : null;
        return new Written(wanted.Name, old?.Password ?? Passwords.Random(), wanted.DisplayName, wanted.Region, wanted.Role, secret);
    }

    private static Account AccountOf(Written account, AccountKeys keys) => new(
        account.Name, Passwords.Hash(account.Password), account.DisplayName, [account.Role], RegionCode.Parse(account.Region), MustChange: false, Disabled: false)
    {
        PasswordChangedAt = TimeProvider.System.GetUtcNow(),
        TotpSecret = account.TotpSecret is { } secret ? keys.SealSecret(account.Name, Totp.Secret(secret)) : null,
        TotpConfirmed = account.TotpSecret is not null,
    };

    /// <summary>By the zeros at the end, which is good enough for the regions of this list.</summary>
    private static RegionLevel LevelOf(string region) => region.TrimEnd('0').Length switch
    {
        <= 2 => RegionLevel.Province,
        <= 4 => RegionLevel.City,
        <= 6 => RegionLevel.County,
        <= 9 => RegionLevel.Town,
        _ => RegionLevel.Village,
    };

    private static async Task<List<Written>> ReadAsync(string file) =>
        File.Exists(file) ? JsonSerializer.Deserialize<List<Written>>(await File.ReadAllTextAsync(file), Readable)! : [];

    private static void Write(string file, IReadOnlyList<Written> accounts)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        JsonSerializer.Serialize(stream, accounts, Readable);
    }
}
