using System.Collections.Frozen;
using FangFanPin.Domain.Accounts;

namespace FangFanPin.Api.Shared;

/// <summary>What a caller may do; every endpoint names one.</summary>
public enum Permission
{
    /// <summary>No login needed.</summary>
    Anonymous,

    /// <summary>Any account, about itself.</summary>
    OwnAccount,

    /// <summary>查看区划.</summary>
    ReadRegions,

    /// <summary>变更区划: rename, merge, split, move.</summary>
    ChangeRegions,

    /// <summary>查看统计.</summary>
    ReadStatistics,

    /// <summary>查看农户档案.</summary>
    ReadHouseholds,

    /// <summary>导出农户档案.</summary>
    Export,

    /// <summary>修改农户档案.</summary>
    ChangeHouseholds,

    /// <summary>查看导入.</summary>
    ReadImports,

    /// <summary>导入数据.</summary>
    ChangeImports,

    /// <summary>查看国家系统同步.</summary>
    ReadSync,

    /// <summary>发起同步,确认消失户.</summary>
    ChangeSync,

    /// <summary>查看业务办理.</summary>
    ReadCases,

    /// <summary>调整办理时限.</summary>
    ConfigureCases,

    /// <summary>核对与运行维护.</summary>
    Operate,

    /// <summary>办理和审核业务; which steps, follows from the level of the own region.</summary>
    HandleCases,

    /// <summary>查看一户的明文.</summary>
    Unmask,

    /// <summary>查看账号.</summary>
    ReadAccounts,

    /// <summary>新建、停用账号,重置密码.</summary>
    ManageAccounts,

    /// <summary>授予角色,重置动态口令.</summary>
    AssignRoles,

    /// <summary>查看和结束他人的会话.</summary>
    ManageSessions,

    /// <summary>查看审计.</summary>
    ReadAudit,

    /// <summary>更换密钥.</summary>
    ManageKeys,
}

/// <summary>What each role opens, one line per role. Which roles go together, and at which level, says <see cref="RoleRules"/>.</summary>
public static class Roles
{
    public const string Viewer = RoleNames.Viewer;
    public const string Editor = RoleNames.Editor;
    public const string Importer = RoleNames.Importer;
    public const string Admin = RoleNames.SystemAdmin;

    private static readonly Permission[] Anybody = [Permission.OwnAccount, Permission.ReadRegions];
    private static readonly Permission[] Figures = [.. Anybody, Permission.ReadStatistics];
    private static readonly Permission[] Viewing = [.. Figures, Permission.ReadHouseholds, Permission.ReadCases];

    private static readonly FrozenDictionary<string, FrozenSet<Permission>> Table = new Dictionary<string, Permission[]>
    {
        [RoleNames.Viewer] = Viewing,
        [RoleNames.Editor] = [.. Viewing, Permission.ChangeHouseholds],
        [RoleNames.Importer] = [.. Viewing, Permission.ReadImports, Permission.ChangeImports, Permission.ReadSync, Permission.ChangeSync],
        [RoleNames.Informant] = [.. Viewing, Permission.ChangeHouseholds, Permission.HandleCases],
        [RoleNames.Reviewer] = [.. Viewing, Permission.HandleCases],
        [RoleNames.Exporter] = [.. Viewing, Permission.Export],
        [RoleNames.Unmasker] = [.. Viewing, Permission.Unmask],
        [RoleNames.Department] = Figures,
        [RoleNames.Operator] = [.. Anybody, Permission.Operate],
        [RoleNames.SystemAdmin] = [.. Viewing, Permission.ReadImports, Permission.ReadSync, Permission.ChangeRegions, Permission.ConfigureCases, Permission.Operate, Permission.ReadAccounts, Permission.ManageAccounts],
        [RoleNames.SecurityAdmin] = [.. Anybody, Permission.ReadAccounts, Permission.AssignRoles, Permission.ManageSessions, Permission.ManageKeys],
        [RoleNames.AuditAdmin] = [.. Anybody, Permission.ReadAudit],
    }.ToFrozenDictionary(r => r.Key, r => r.Value.ToFrozenSet());

    public static bool Exists(string role) => Table.ContainsKey(role);

    public static bool Allow(IEnumerable<string> roles, Permission permission) =>
        permission is Permission.Anonymous or Permission.OwnAccount || roles.Any(role => Table.TryGetValue(role, out var allowed) && allowed.Contains(permission));
}

/// <summary>What an endpoint demands of its caller. An endpoint without one is closed to everybody.</summary>
public sealed record AccessRule(Permission Permission, Area Area);

public static class AccessRuleExtensions
{
    /// <summary>Declares permission and area rule; <see cref="AccessMiddleware"/> enforces both before the request's body is read.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder builder, Permission permission, Area area) where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata(new AccessRule(permission, area));
        if (permission == Permission.Anonymous) builder.AllowAnonymous();
        if (AuditedEndpoint.Records(permission)) AuditedEndpoint.Record(builder, permission);
        return builder;
    }
}
