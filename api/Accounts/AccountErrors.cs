using FangFanPin.Domain;

namespace FangFanPin.Api.Accounts;

public static class AccountErrors
{
    /// <summary>The same for an unknown name, a wrong password, a disabled or altered account, so that names cannot be found out.</summary>
    public static readonly DomainError BadLogin = new("account.login-unauthenticated", "账号或密码不正确。");
    public static readonly DomainError TooMany = new("account.too-many-requests", "失败次数过多,账号或地址已锁定,请稍后再试。");
    public static readonly DomainError CodeRequired = new("account.code-required-unauthenticated", "请输入动态口令。", "Code");
    public static readonly DomainError PasswordConflict = new("account.password-conflict", "密码已被修改,请重新登录。");
    public static readonly DomainError BadRefresh = new("account.refresh-unauthenticated", "登录已失效,请重新登录。");
    public static readonly DomainError NoSession = new("account.session-not-found", "没有这个会话。");
    public static readonly DomainError TotpExists = new("account.totp-exists", "已设置动态口令;如需更换,请联系安全管理员。");
    public static readonly DomainError TotpNotBegun = new("account.totp-conflict", "请先获取动态口令密钥。");
    public static readonly DomainError BadCode = new("account.wrong-code", "动态口令不正确或已使用。", "Code");
    public static readonly DomainError EnrolmentRequired = new("account.enrolment-code-forbidden", "请填写安全管理员提供的绑定码。", "EnrolmentCode");
    public static readonly DomainError StepUpFailed = new("account.step-up-forbidden", "请用当前的动态口令(未设置者用密码)再次确认身份。", "Code");

    public static readonly DomainError BadName = new("account.bad-name", "账号为 2 至 64 个小写字母、数字或 . _ -,以字母或数字开头,且不能全为数字。", "Name");
    public static readonly DomainError BadDisplayName = new("account.bad-display-name", "名称为 1 至 50 个字符,不能包含手机号或证件号码。", "DisplayName");
    public static readonly DomainError BadPhone = new("account.bad-phone", "手机号应为 11 位数字。", "Phone");
    public static readonly DomainError Taken = new("account.name-exists", "账号或手机号已被使用。", "Name");
    public static readonly DomainError RolesByOthers = new("account.roles-forbidden", "角色由安全管理员授予。", "Roles");
    public static readonly DomainError NotOneself = new("account.oneself-forbidden", "不能对自己的账号进行此操作。");
}

public static class AccountLimits
{
    public const int PasswordMax = 128;
    public const int NameMax = 64;
    public const int DeviceMax = 200;
}
