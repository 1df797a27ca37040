using FangFanPin.Domain.Sealing;
using Xunit;

namespace FangFanPin.Tests.Domain.Sealing;

public sealed class BlindTextTests
{
    [Theory]
    [InlineData("41162219620305123x", "41162219620305123X")]
    [InlineData(" 411622 19620305 123X ", "41162219620305123X")]
    [InlineData("４１１６２２１９６２０３０５１２３Ｘ", "41162219620305123X")]
    [InlineData("41162219620305123X44", "41162219620305123X")]
    [InlineData("41162219620305123X44B1", "41162219620305123X")]
    [InlineData("G1234567", "G1234567")]
    [InlineData("  ", null)]
    [InlineData(null, null)]
    public void The_same_certificate_typed_differently_has_one_form(string? typed, string? form) => Assert.Equal(form, BlindText.Certificate(typed));

    [Fact]
    public void Fifteen_digits_are_the_eighteen_of_the_same_person() =>
        Assert.Equal(BlindText.Certificate("110105194912310029")![..17], BlindText.Certificate("110105491231002")![..17]);

    [Theory]
    [InlineData("41162219620305123x", "05123X")]
    [InlineData("12345", null)]
    public void Last_six_are_those_of_the_normalised_number(string typed, string? six) => Assert.Equal(six, BlindText.CertificateLastSix(typed));

    [Theory]
    [InlineData("138-0000-1234", "13800001234")]
    [InlineData("+86 138 0000 1234", "13800001234")]
    [InlineData("１３８００００１２３４", "13800001234")]
    [InlineData("0394-2551234", "03942551234")]
    [InlineData("-", null)]
    public void Phones_keep_their_digits_only(string typed, string? form) => Assert.Equal(form, BlindText.Phone(typed));
}
