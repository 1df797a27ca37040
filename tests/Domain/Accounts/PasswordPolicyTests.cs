using CsCheck;
using FangFanPin.Domain.Accounts;
using Xunit;

namespace FangFanPin.Tests.Domain.Accounts;

public sealed class PasswordPolicyTests
{
    private static readonly string?[] Names = ["county-viewer", "王小明同志", "13812345678", null, "ab"];

    [Theory]
    [InlineData("correct horse battery")]
    [InlineData("kZ8#vQ2m")]
    [InlineData("Tq7Lw9Xz")]
    [InlineData("今天天气真好适合去田里看看麦子")]
    public void Good_passwords_pass(string password) => Assert.Empty(PasswordPolicy.Check(password, Names));

    [Theory]
    [InlineData("kzvqwlmtrp8", "account.password-too-weak")]     // eleven, two classes
    [InlineData("Kz8#vQ2", "account.password-too-weak")]         // seven
    [InlineData("11111111111111", "account.password-too-common")]
    [InlineData("Password123!", "account.password-too-common")]
    [InlineData("P@ssw0rd2026", "account.password-too-common")]
    [InlineData("Admin@123456", "account.password-too-common")]
    [InlineData("1qaz2wsx3edc", "account.password-too-common")]
    [InlineData("Woaini5201314!", "account.password-too-common")]
    [InlineData("wangwei19900101", "account.password-too-common")]
    [InlineData("LiXiuYing@2024", "account.password-too-common")]
    [InlineData("zhangxiaoming666", "account.password-too-common")]
    [InlineData("Qwer1234Asdf", "account.password-too-common")]
    [InlineData("1234qwer!@#$", "account.password-too-common")]
    [InlineData("zaq12wsxcde3", "account.password-too-common")]
    [InlineData("abcdefg12345", "account.password-too-common")]
    [InlineData("1a2b1a2b1a2b1a2b", "account.password-too-common")]
    [InlineData("1986100119861001", "account.password-too-common")]
    [InlineData("my-County-Viewer-1", "account.password-holds-name")]
    [InlineData("call13812345678now", "account.password-holds-name")]
    public void Bad_passwords_say_why(string password, string code) => Assert.Contains(code, PasswordPolicy.Check(password, Names).Select(e => e.Code));

    [Fact]
    public void Random_passwords_are_hardly_ever_called_common_and_names_with_numbers_always()
    {
        var random = new Random(20261126);
        string Draw(string from, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => from[random.Next(from.Length)]));
        var refused = Enumerable.Range(0, 5_000).Count(_ => PasswordPolicy.Check(Draw("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 16), []).Count > 0);
        Assert.InRange(refused, 0, 5);
        string[] people = ["wangwei", "lina", "zhaojianguo", "chenxiaohong", "liuyang", "sunfei", "weiwang"];
        for (var i = 0; i < 500; i++)
            Assert.Contains(PasswordErrors.TooCommon, PasswordPolicy.Check($"{people[i % people.Length]}{Draw("0123456789", 6)}!", []));
    }

    [Fact]
    public void Short_parts_of_a_name_do_not_matter() => Assert.Empty(PasswordPolicy.Check("ab-kZ8#vQ2m-ab", Names));

    [Fact]
    public void Twelve_characters_or_eight_of_three_classes_and_nothing_less()
    {
        var letters = Gen.Char["bdfhjkmpqtvwxz"];
        var mixed = Gen.Char["bdfhjkmpqtvwxzBDFHJKMPQTVWXZ2689#%"];
        Gen.OneOf(letters.Array[1, 20], mixed.Array[1, 20]).Sample(chars =>
        {
            var password = new string(chars);
            var classes = new Func<char, bool>[] { char.IsAsciiLetterLower, char.IsAsciiLetterUpper, char.IsAsciiDigit, c => !char.IsAsciiLetterOrDigit(c) }.Count(password.Any);
            var good = password.Length >= 12 || (password.Length >= 8 && classes >= 3);
            Assert.Equal(!good, PasswordPolicy.Check(password, []).Contains(PasswordErrors.TooWeak));
        });
    }

    [Fact]
    public void After_ninety_days_a_password_has_expired()
    {
        var changed = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.False(PasswordPolicy.HasExpired(changed, changed.AddDays(90).AddSeconds(-1)));
        Assert.True(PasswordPolicy.HasExpired(changed, changed.AddDays(90)));
    }
}
