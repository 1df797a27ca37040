using System.Text.Json;
using CsCheck;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using Xunit;

namespace FangFanPin.Tests.Domain.Households;

public sealed class FileDiffTests
{
    [Fact]
    public void A_file_does_not_differ_from_itself() =>
        RandomFiles.File.Sample(file => FileDiff.Between(file, file).IsEmpty);

    [Fact]
    public void Applying_the_differences_gives_the_later_file_and_reverting_them_the_earlier() =>
        Gen.Select(RandomFiles.File, RandomFiles.File).Sample((before, after) =>
        {
            var changes = FileDiff.Between(before, after);
            Assert.Empty(FileDiff.Between(FileDiff.Apply(before, changes), after));
            Assert.Empty(FileDiff.Between(FileDiff.Revert(after, changes), before));
        });

    [Fact]
    public void Reverting_a_registration_leaves_no_file() =>
        RandomFiles.File.Sample(file => Assert.Null(FileDiff.Revert(file, FileDiff.Between(null, file))));

    [Fact]
    public void A_document_reads_back_as_it_was_written() =>
        RandomFiles.File.Sample(file => Assert.Empty(FileDiff.Between(file, DocumentCodec.Decode(DocumentCodec.Encode(file)))));

    [Fact]
    public void A_file_crosses_the_wire_unchanged() =>
        RandomFiles.File.Sample(file =>
            Assert.Empty(FileDiff.Between(file, JsonSerializer.Deserialize<HouseholdFile>(JsonSerializer.Serialize(file, WireJson.Options), WireJson.Options))));

    [Fact]
    public void A_damaged_document_is_refused_and_never_read_past_its_end() =>
        Gen.Select(RandomFiles.File, Gen.Int[0, 5000]).Sample((file, cut) =>
        {
            var bytes = DocumentCodec.Encode(file);
            if (cut >= bytes.Length) return;
            try
            {
                DocumentCodec.Decode(bytes.AsSpan(0, cut));
            }
            catch (InvalidDataException)
            {
                // The one exception that callers expect; a cut between two records reads as a shorter file, which the seal detects.
            }
        });
}
