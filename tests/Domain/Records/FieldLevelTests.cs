using CsCheck;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Records;

public sealed class FieldLevelTests
{
    [Fact]
    public void Every_field_of_the_dictionary_with_personal_numbers_health_or_disability_is_masked()
    {
        string[] words = ["证件号", "身份证号", "残疾人证号", "银行卡号", "健康状况", "病种", "疾病名称", "残疾类别", "残疾等级"];
        var fields = DataDictionary.Shipped.Entities.SelectMany(e => e.Fields.Select(f => (Entity: e.Name, Field: f))).ToList();
        var bare = fields.Where(f => words.Any(w => f.Field.Label.Contains(w, StringComparison.Ordinal)) && f.Field.Level != FieldLevel.HighlySensitive);
        Assert.Empty(bare.Select(f => $"{f.Entity}.{f.Field.Id} {f.Field.Label}"));
        var phones = fields.Where(f => (f.Field.Label.Contains("电话", StringComparison.Ordinal) || f.Field.Label.Contains("手机号", StringComparison.Ordinal)) && f.Field.Level < FieldLevel.Sensitive);
        Assert.Empty(phones.Select(f => $"{f.Entity}.{f.Field.Id} {f.Field.Label}"));
    }

    [Fact]
    public void What_a_masked_field_shows_never_holds_the_middle_of_what_it_is() =>
        Gen.Select(Gen.Char["0123456789X"].Array[8, 24].Select(c => new string(c)), Gen.Int[0, 3]).Sample((text, n) =>
        {
            var shown = Masking.Shown(new[] { "HeadCertNumber", "Phone", "BankAccount", "Health" }[n], text)!;
            Assert.Contains("*", shown, StringComparison.Ordinal);
            Assert.True(shown.Count(c => c != '*') <= 7 && shown.Count(c => c == '*') >= 1);
            Assert.DoesNotContain(text, shown, StringComparison.Ordinal);
        });

    [Fact]
    public void A_mask_of_health_is_recognised_when_it_comes_back() => Assert.True(Masking.IsMasked(Masking.Shown("Health", "2,4")));

    [Theory]
    [InlineData("身份证 41142219900101123X 有误", "身份证 411***********123X 有误")]
    [InlineData("13812345678", "138****5678")]
    [InlineData("三十", "三十")]
    [InlineData("2026-11-23", "2026-11-23")]
    public void Long_numbers_in_any_text_are_cut_short(string text, string shown) => Assert.Equal(shown, Masking.Loose(text));
}
