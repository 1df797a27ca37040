using CsCheck;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using Xunit;

namespace FangFanPin.Tests.Domain.Imports;

public sealed class ImportRoundTripTests
{
    [Fact]
    public void What_is_printed_is_read_back_as_it_was() => ValidFiles.Several.Sample(files =>
    {
        var import = TestImport.Of(TestExport.Print(files));
        Assert.Empty(import.Errors.Select(e => $"{e.Column}: {e.Error} {e.Value}"));
        foreach (var file in files) AssertSame(file, import.Decide(file.Household.HouseholdCode!).Value!);
    }, iter: 300);

    [Fact]
    public void The_order_of_rows_does_not_matter() => Gen.Select(ValidFiles.Several, Gen.Int).Sample((files, seed) =>
    {
        var random = new Random(seed);
        var straight = TestImport.Of(TestExport.Print(files));
        var mixed = TestImport.Of(TestExport.Print(files, rows => [.. rows.OrderBy(_ => random.Next())]));
        Assert.Empty(mixed.Errors);
        foreach (var (code, household) in straight.Households)
            Assert.Equal(Bytes(household.Change!.Incoming), Bytes(mixed.Households[code].Change!.Incoming));
    }, iter: 200);

    [Fact]
    public void The_same_file_a_second_time_changes_nothing() => ValidFiles.Several.Sample(files =>
    {
        var import = TestImport.Of(TestExport.Print(files));
        foreach (var code in import.Households.Keys)
        {
            var once = import.Decide(code).Value!;
            Assert.Equal(Bytes(once), Bytes(import.Decide(code, once).Value!));
        }
    }, iter: 100);

    [Fact]
    public void A_later_file_overwrites_with_blanks_and_keeps_what_it_does_not_name() => Gen.Select(ValidFiles.Several, ValidFiles.Several).Sample((old, next) =>
    {
        var before = TestImport.Of(TestExport.Print(old)).Decide("H1").Value!;
        var after = TestImport.Of(TestExport.Print(next)).Decide("H1", before).Value!;
        var said = next[0];
        Assert.Equal(Bytes(HouseholdFile.From([said.Household])), Bytes(HouseholdFile.From([after.Household])));
        foreach (var member in said.Members) Assert.Contains(member, after.Members);
        foreach (var member in before.Members.Where(m => said.Members.All(s => s.PersonCode != m.PersonCode))) Assert.Contains(member, after.Members);
        foreach (var income in said.Incomes) Assert.Contains(income, after.Incomes);
        Assert.Equal(Math.Max(before.Measures.Length, said.Measures.Length), after.Measures.Length);
    }, iter: 100);

    private static void AssertSame(HouseholdFile expected, HouseholdFile actual) => Assert.Empty(FileDiff.Between(expected, actual));

    private static string Bytes(HouseholdFile file) => Convert.ToHexString(DocumentCodec.Encode(file));
}
