using FangFanPin.Domain.Households;
using Npgsql;

namespace FangFanPin.Storage.Households;

/// <summary>Rows of the statements of lists.</summary>
internal static class SearchLines
{
    public static HouseholdLine Household(NpgsqlDataReader reader) => new()
    {
        Code = reader.GetString(0),
        Version = reader.GetInt64(1),
        Village = reader.GetString(2),
        HeadName = TextAt(reader, 3),
        MemberCount = reader.IsDBNull(4) ? null : reader.GetInt32(4),
        Status = TextAt(reader, 5),
        HouseholdType = TextAt(reader, 6),
        PolicyStatus = TextAt(reader, 7),
        MonitorCategory = TextAt(reader, 8),
        RiskEliminated = TextAt(reader, 9),
        RecognizedMonth = reader.IsDBNull(10) ? null : reader.GetInt32(10),
        EliminatedMonth = reader.IsDBNull(11) ? null : reader.GetInt32(11),
        RiskTypes = [.. reader.GetFieldValue<string[]>(12)],
        NetPerCapita = reader.IsDBNull(13) ? null : reader.GetDecimal(13),
        ChangedAt = reader.IsDBNull(14) ? null : reader.GetFieldValue<DateTimeOffset>(14),
        ChangedBy = TextAt(reader, 15),
    };

    public static PersonLine Person(NpgsqlDataReader reader) => new()
    {
        Village = reader.GetString(0),
        Household = reader.GetString(1),
        Person = reader.GetString(2),
        Name = TextAt(reader, 3),
        Sex = TextAt(reader, 4),
        BirthDate = reader.IsDBNull(5) ? null : reader.GetFieldValue<DateOnly>(5),
        Status = TextAt(reader, 6),
        HeadName = TextAt(reader, 7),
        HouseholdStatus = TextAt(reader, 8),
        HouseholdType = TextAt(reader, 9),
        PolicyStatus = TextAt(reader, 10),
        MonitorCategory = TextAt(reader, 11),
        RiskEliminated = TextAt(reader, 12),
    };

    private static string? TextAt(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
