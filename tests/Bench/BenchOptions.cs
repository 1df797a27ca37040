using System.Globalization;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Tests.Bench;

/// <summary>What every benchmark is told. Everything is bounded: by seconds, by requests, by the size of the population.</summary>
internal sealed record BenchOptions
{
    /// <summary>Never more requests in one round than this, whatever the speed.</summary>
    public const int RequestsMax = 2_000_000;

    /// <summary>The region whose invented households are loaded.</summary>
    public string Size { get; init; } = "town";

    /// <summary>Of one round of measuring; null for the benchmark's own.</summary>
    public int? Seconds { get; init; }

    /// <summary>That the process may take, the measuring itself included; 0: what the machine has.</summary>
    public int MemoryMb { get; init; }

    /// <summary>Where database and files of a load stay for further runs; null: nothing stays. Every run goes on with what the one before has left.</summary>
    public string? Keep { get; init; }

    /// <summary>Of <c>at-size</c>: which steps; none: all.</summary>
    public IReadOnlySet<string> Only { get; init; } = new HashSet<string>();

    /// <summary>A superuser's connection string.</summary>
    public required string Postgres { get; init; }

    public RegionCode Region => RegionCode.Parse(Size switch
    {
        "village" => "411424101201",
        "town" => "411424101000",
        "county" => "411424000000",
        "city" => "411400000000",
        "province" => "410000000000",
        _ => throw new ArgumentOutOfRangeException(nameof(Size)),
    });

    public static BenchOptions? Parse(string[] args)
    {
        var options = new BenchOptions { Postgres = Environment.GetEnvironmentVariable("FFP_TEST_PG") ?? "" };
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            var value = args[i + 1];
            switch (args[i])
            {
                case "--size" when value is "village" or "town" or "county" or "city" or "province": options = options with { Size = value }; break;
                case "--seconds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 600: options = options with { Seconds = seconds }; break;
                case "--memory" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var memory): options = options with { MemoryMb = memory }; break;
                case "--keep": options = options with { Keep = value }; break;
                case "--only": options = options with { Only = value.Split(',').ToHashSet() }; break;
                case "--pg": options = options with { Postgres = value }; break;
                default: return null;
            }
        }
        return options.Postgres.Length > 0 && args.Length % 2 == 0 ? options : null;
    }
}
