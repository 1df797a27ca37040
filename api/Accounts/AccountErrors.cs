using FangFanPin.Domain;

namespace FangFanPin.Api.Accounts;

public static class AccountErrors
{
    /// <summary>The same for an unknown name, a wrong password and a disabled account, so that names cannot be found out.</summary>
    public static readonly DomainError BadLogin = new("account.login-unauthenticated", "账号或密码不正确。");
    public static readonly DomainError TooMany = new("account.too-many-requests", "尝试次数过多,请稍后再试。");
    public static readonly DomainError PasswordTooWeak = new("account.password-too-weak", $"新密码应为 {AccountLimits.PasswordMin} 至 {AccountLimits.PasswordMax} 个字符,且不同于原密码。", "NewPassword");
    public static readonly DomainError PasswordConflict = new("account.password-conflict", "密码已被修改,请重新登录。");
}

public static class AccountLimits
{
    public const int PasswordMin = 12;
    public const int PasswordMax = 128;
    public const int NameMax = 64;
}
