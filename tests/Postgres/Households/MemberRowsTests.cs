using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Records;
using FangFanPin.Storage.Households;
using FangFanPin.Storage.Sealing;
using Xunit;

namespace FangFanPin.Tests.Postgres.Households;

public sealed class MemberRowsTests
{
    /// <summary>Another digest would write all members of the province anew, one household after the other.</summary>
    [Fact]
    public void The_digest_is_the_one_that_stands_in_the_tables()
    {
        var rows = MemberRows.Of(
            "H1",
            [
                new Member { PersonCode = "P1", Name = "张𠮷", Sex = "1", BirthDate = new DateOnly(1970, 1, 2), CertNumber = "410223197001021234", Phone = "13900000001" },
                new Member { PersonCode = "P2", MemberStatus = "2" },
            ],
            new RingSealer(KeyRing.Random()));
        var text = string.Concat(rows.Rows.Select(m =>
            $"{m.Person}\u001f{m.Name}\u001f{m.Sex}\u001f{m.BirthDate:yyyy-MM-dd}\u001f{m.Status}\u001f{Hex(m.CertIndex)}\u001f{Hex(m.LastSixIndex)}\u001f{Hex(m.PhoneIndex)}\u001e"));
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(text))[..16], rows.Digest);
        Assert.NotNull(rows.Rows[0].PhoneIndex);

        static string Hex(byte[]? bytes) => bytes is null ? "" : Convert.ToHexString(bytes);
    }
}
