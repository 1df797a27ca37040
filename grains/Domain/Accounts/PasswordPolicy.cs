namespace FangFanPin.Domain.Accounts;

/// <summary>What a password must be. Whether it is one of the last five is asked of their hashes, elsewhere.</summary>
public static class PasswordPolicy
{
    public const int LongEnough = 12;
    public const int MixedEnough = 8;
    public const int ClassesMin = 3;
    public const int DistinctMin = 5;
    public const int Most = 128;

    /// <summary>So many passwords, the present one included, may not come again.</summary>
    public const int Remembered = 5;
    public static readonly TimeSpan ValidFor = TimeSpan.FromDays(90);

    /// <summary>Shorter parts of a name say nothing.</summary>
    private const int NamePartMin = 4;

    /// <param name="password">As typed.</param>
    /// <param name="names">Login name, display name, phone: what must not stand in it; null is nothing.</param>
    /// <returns>All faults; empty for a good password.</returns>
    public static IReadOnlyList<DomainError> Check(string password, IEnumerable<string?> names)
    {
        var errors = new List<DomainError>();
        if (password.Length > Most || (password.Length < LongEnough && (password.Length < MixedEnough || Classes(password) < ClassesMin)))
            errors.Add(PasswordErrors.TooWeak);
        if (password.Distinct().Count() < DistinctMin || IsCommon(password)) errors.Add(PasswordErrors.TooCommon);
        if (names.OfType<string>().Any(name => name.Length >= NamePartMin && password.Contains(name, StringComparison.OrdinalIgnoreCase)))
            errors.Add(PasswordErrors.HoldsName);
        return errors;
    }

    public static bool HasExpired(DateTimeOffset changedAt, DateTimeOffset now) => now - changedAt >= ValidFor;

    private static int Classes(string password) =>
        (password.Any(char.IsAsciiLetterLower) ? 1 : 0) + (password.Any(char.IsAsciiLetterUpper) ? 1 : 0) + (password.Any(char.IsAsciiDigit) ? 1 : 0)
        + (password.Any(c => !char.IsAsciiLetterOrDigit(c)) ? 1 : 0);

    /// <summary>Also with other case, with digits in place of letters, and with digits and signs put before or behind.</summary>
    private static bool IsCommon(string password)
    {
        var lower = password.ToLowerInvariant();
        var spelled = string.Concat(lower.Select(Spelled));
        var bare = lower.Trim(Decoration);
        return new[] { lower, spelled, bare, string.Concat(bare.Select(Spelled)), spelled.Trim(Decoration) }.Any(CommonPasswords.Has) || CommonPasswords.IsWalk(lower) || CommonPasswords.IsWalk(spelled);
    }

    private static readonly char[] Decoration = [.. "0123456789!@#$%^&*()-_=+.,;:?~ "];

    private static char Spelled(char c) => c switch { '0' => 'o', '1' => 'l', '3' => 'e', '4' or '@' => 'a', '5' or '$' => 's', '7' => 't', _ => c };
}

public static class PasswordErrors
{
    public static readonly DomainError TooWeak = new("account.password-too-weak",
        $"密码应至少 {PasswordPolicy.LongEnough} 个字符,或至少 {PasswordPolicy.MixedEnough} 个字符并包含大写字母、小写字母、数字、符号中的三类。", "NewPassword");
    public static readonly DomainError TooCommon = new("account.password-too-common", "密码过于常见。", "NewPassword");
    public static readonly DomainError HoldsName = new("account.password-holds-name", "密码不能包含账号、姓名或手机号。", "NewPassword");
    public static readonly DomainError UsedBefore = new("account.password-used-before", $"不能使用最近 {PasswordPolicy.Remembered} 次用过的密码。", "NewPassword");
}
