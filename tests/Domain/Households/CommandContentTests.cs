using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using Xunit;

namespace FangFanPin.Tests.Domain.Households;

/// <summary>Hashes stand in the history of every household: whatever makes them cheaper, they stay.</summary>
public sealed class CommandContentTests
{
    private static readonly string?[] Texts = ["", "1", null, "河南省商丘市柘城县第7号", "\"quoted\" \\ <b>&'+", "line\nend\t\u0000\u001f\u007f", "𠮷🏠", "half \ud800 a pair", new string('长', 5000)];

    [Fact]
    public void Hash_of_a_command_is_that_of_its_JSON()
    {
        foreach (var fields in Texts.Select(text => FieldTexts.Of(("Phone", "15400000001"), ("Address", text))).Append(FieldTexts.None))
        {
            HouseholdChange[] changes = [new AmendHousehold { Fields = fields }, new AddMember { Fields = fields }, new ChangeMember { PersonCode = "1", Fields = fields }, new RestoreHousehold()];
            foreach (var change in changes) Assert.Equal(OfJson(change), CommandContent.HashOf(change));
        }
    }

    [Fact]
    public void Hash_of_a_known_command_never_changes() => Assert.Equal(
        UInt128.Parse("737021d5c93ef52274c793fdac58dec3", System.Globalization.NumberStyles.HexNumber, null),
        CommandContent.HashOf(new AmendHousehold { Fields = FieldTexts.Of(("Address", "第1号"), ("Phone", null)) }));

    [Fact]
    public async Task Threads_that_hash_at_once_do_not_disturb_each_other()
    {
        var changes = Enumerable.Range(0, 200).Select(i => new AmendHousehold { Fields = FieldTexts.Of(("Address", new string('x', i))) }).ToArray();
        var expected = changes.Select(OfJson).ToArray();
        await Parallel.ForAsync(0, 20_000, TestContext.Current.CancellationToken, (i, _) =>
        {
            Assert.Equal(expected[i % 200], CommandContent.HashOf(changes[i % 200]));
            return ValueTask.CompletedTask;
        });
    }

    private static UInt128 OfJson(HouseholdChange change) =>
        BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(change, WireJson.Options)));
}
