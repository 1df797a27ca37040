using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Accounts;

/// <summary>Which roles one person may hold together, and at which level. The table <c>accounts</c> holds the separation again.</summary>
public static class RoleRules
{
    public const int RolesMax = 8;

    /// <summary>Levels from the province down to the given one; a role that is not named stands at every level.</summary>
    private static readonly Dictionary<string, (RegionLevel Highest, RegionLevel Lowest)> Levels = new()
    {
        [RoleNames.Informant] = (RegionLevel.Village, RegionLevel.Village),
        [RoleNames.Department] = (RegionLevel.Province, RegionLevel.County),
        [RoleNames.Operator] = (RegionLevel.Province, RegionLevel.City),
        [RoleNames.SystemAdmin] = (RegionLevel.Province, RegionLevel.County),
        [RoleNames.SecurityAdmin] = (RegionLevel.Province, RegionLevel.County),
        [RoleNames.AuditAdmin] = (RegionLevel.Province, RegionLevel.County),
    };

    /// <summary>All that is wrong with a set of roles at a level; empty when one person may hold it.</summary>
    public static IReadOnlyList<DomainError> Check(IReadOnlyCollection<string> roles, RegionLevel level)
    {
        var errors = new List<DomainError>();
        if (roles.Count > RolesMax || roles.Distinct(StringComparer.Ordinal).Count() != roles.Count) errors.Add(RoleErrors.BadSet);
        errors.AddRange(roles.Where(r => !RoleNames.All.Contains(r)).Select(_ => RoleErrors.Unknown));
        if (roles.Count(RoleNames.Administrators.Contains) > 1) errors.Add(RoleErrors.AdministratorsApart);
        if (roles.Count > 1 && (roles.Contains(RoleNames.SecurityAdmin) || roles.Contains(RoleNames.AuditAdmin))) errors.Add(RoleErrors.AdministratorAlone);
        if (roles.Any(r => !StandsAt(r, level))) errors.Add(RoleErrors.WrongLevel);
        return errors;
    }

    public static bool StandsAt(string role, RegionLevel level) =>
        !Levels.TryGetValue(role, out var range) || (level >= range.Highest && level <= range.Lowest);

    /// <summary>True when the account may do nothing before it has a second factor.</summary>
    public static bool NeedsSecondFactor(IEnumerable<string> roles, RegionLevel level) => roles.Any(role => role switch
    {
        RoleNames.SystemAdmin or RoleNames.SecurityAdmin or RoleNames.AuditAdmin or RoleNames.Exporter or RoleNames.Unmasker => true,
        RoleNames.Reviewer => level <= RegionLevel.County,
        _ => false,
    });
}

public static class RoleErrors
{
    public static readonly DomainError Unknown = new("account.unknown-role", "没有这个角色。", "Roles");
    public static readonly DomainError BadSet = new("account.bad-role-set", $"角色不能重复,且最多 {RoleRules.RolesMax} 个。", "Roles");
    public static readonly DomainError AdministratorsApart = new("account.administrators-apart", "系统管理员、安全管理员、审计管理员须由不同人员担任。", "Roles");
    public static readonly DomainError AdministratorAlone = new("account.administrator-alone", "安全管理员和审计管理员不能兼任其他角色。", "Roles");
    public static readonly DomainError WrongLevel = new("account.role-wrong-level", "所选角色不能用于该级别的区划。", "Roles");
}
