using System.Collections.Frozen;

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

    /// <summary>查看业务办理.</summary>
    ReadCases,

    /// <summary>办理业务; what exactly follows from the level of the own region.</summary>
    HandleCases,

    /// <summary>调整办理时限.</summary>
    ConfigureCases,

    /// <summary>核对与运行维护.</summary>
    Operate,
}

/// <summary>Roles of this version; an account has one or more.</summary>
public static class Roles
{
    public const string Viewer = "viewer";
    public const string Editor = "editor";
    public const string Importer = "importer";
    public const string Admin = "admin";

    private static readonly Permission[] Viewing = [Permission.OwnAccount, Permission.ReadRegions, Permission.ReadStatistics, Permission.ReadHouseholds, Permission.Export, Permission.ReadCases];

    private static readonly FrozenDictionary<string, FrozenSet<Permission>> Table = new Dictionary<string, FrozenSet<Permission>>
    {
        [Viewer] = Viewing.ToFrozenSet(),
        [Editor] = Viewing.Append(Permission.ChangeHouseholds).Append(Permission.HandleCases).ToFrozenSet(),
        [Importer] = Viewing.Append(Permission.ReadImports).Append(Permission.ChangeImports).ToFrozenSet(),
        [Admin] = Viewing.Append(Permission.ReadImports).Append(Permission.ChangeRegions).Append(Permission.ConfigureCases).Append(Permission.Operate).ToFrozenSet(),
    }.ToFrozenDictionary();

    public static bool Exists(string role) => Table.ContainsKey(role);

    public static bool Allow(IEnumerable<string> roles, Permission permission) =>
        permission == Permission.Anonymous || roles.Any(role => Table.TryGetValue(role, out var allowed) && allowed.Contains(permission));
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
        return builder;
    }
}
