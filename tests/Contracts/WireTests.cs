using FangFanPin.Contracts.Households;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Silo;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Xunit;

namespace FangFanPin.Tests.Contracts;

/// <summary>What one process writes another must be able to read; calls inside a process never show it.</summary>
public sealed class WireTests
{
    private static readonly Serializer Wire = Built();

    [Fact]
    public void Refusals_are_read_in_another_process_however_their_list_was_made()
    {
        Outcome<HouseholdFile> one = HouseholdErrors.NotFound, two = new List<DomainError> { HouseholdErrors.NotFound, HouseholdErrors.Exists };
        IReadOnlyList<DomainError>[] lists = [one.Errors, two.Errors, one.As(f => f).Errors, [HouseholdErrors.Exists], [.. two.Errors], []];
        foreach (var errors in lists)
        {
            var read = Wire.Deserialize<CommandAnswer>(Wire.SerializeToArray(new CommandAnswer { Errors = errors, Version = 3 }));
            Assert.Equal(errors, read!.Errors);
            Assert.Equal(3, read.Version);
        }
    }

    private static Serializer Built()
    {
        var services = new ServiceCollection();
        services.AddWire();
        return services.BuildServiceProvider().GetRequiredService<Serializer>();
    }
}
