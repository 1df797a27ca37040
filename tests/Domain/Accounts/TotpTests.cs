using System.Text;
using CsCheck;
using FangFanPin.Domain.Accounts;
using Xunit;

namespace FangFanPin.Tests.Domain.Accounts;

public sealed class TotpTests
{
    private static readonly byte[] StandardSecret = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, appendix B, SHA-1.</summary>
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void The_codes_are_those_of_the_standard(long seconds, string code) =>
        Assert.Equal(code, Totp.Code(StandardSecret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds)), digits: 8));

    [Fact]
    public void A_code_holds_in_its_step_and_beside_it_and_nowhere_else() => Gen.Long[1_000, 100_000_000].Sample(step =>
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(step * 30 + 17);
        for (var other = step - 3; other <= step + 3; other++)
        {
            var found = Totp.Match(StandardSecret, Totp.Code(StandardSecret, other), now, lastUsed: 0);
            Assert.Equal(Math.Abs(other - step) <= 1, found is not null);
        }
    }, iter: 200);

    [Fact]
    public void A_used_code_and_all_before_it_are_refused()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_015);
        var step = Totp.StepAt(now);
        Assert.Null(Totp.Match(StandardSecret, Totp.Code(StandardSecret, step), now, lastUsed: step));
        Assert.Null(Totp.Match(StandardSecret, Totp.Code(StandardSecret, step - 1), now, lastUsed: step));
        Assert.Equal(step + 1, Totp.Match(StandardSecret, Totp.Code(StandardSecret, step + 1), now, lastUsed: step));
    }

    [Fact]
    public void What_is_no_code_is_refused()
    {
        foreach (var text in new[] { null, "", "12345", "1234567", "一二三四五六", "abcdef" }) Assert.Null(Totp.Match(StandardSecret, text, DateTimeOffset.UnixEpoch.AddYears(50), 0));
    }

    [Fact]
    public void A_secret_survives_its_text() => Gen.Byte.Array[1, 64].Sample(secret => Assert.Equal(secret, Totp.Secret(Totp.Text(secret))));

    [Fact]
    public void The_text_is_the_base_32_of_the_standard() => Assert.Equal("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Totp.Text(StandardSecret));
}
