namespace FangFanPin.Domain.Accounts;

/// <summary>角色. An account holds none, one or several; what each opens stands in the API's table of permissions.</summary>
public static class RoleNames
{
    /// <summary>查看.</summary>
    public const string Viewer = "viewer";

    /// <summary>编辑.</summary>
    public const string Editor = "editor";

    /// <summary>导入.</summary>
    public const string Importer = "importer";

    /// <summary>信息员: enters what is found in one village.</summary>
    public const string Informant = "informant";

    /// <summary>审核.</summary>
    public const string Reviewer = "reviewer";

    /// <summary>导出.</summary>
    public const string Exporter = "exporter";

    /// <summary>明文查看: may ask for the numbers behind the masks of one household.</summary>
    public const string Unmasker = "unmasker";

    /// <summary>行业部门.</summary>
    public const string Department = "department";

    /// <summary>运维.</summary>
    public const string Operator = "operator";

    /// <summary>系统管理员: accounts and regions.</summary>
    public const string SystemAdmin = "admin";

    /// <summary>安全管理员: roles, second factors, sessions.</summary>
    public const string SecurityAdmin = "security-admin";

    /// <summary>审计管理员: the audit.</summary>
    public const string AuditAdmin = "audit-admin";

    public static IReadOnlyList<string> All { get; } =
        [Viewer, Editor, Importer, Informant, Reviewer, Exporter, Unmasker, Department, Operator, SystemAdmin, SecurityAdmin, AuditAdmin];

    /// <summary>三员: one person holds at most one of them.</summary>
    public static IReadOnlyList<string> Administrators { get; } = [SystemAdmin, SecurityAdmin, AuditAdmin];
}
