using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Runtime;

namespace FangFanPin.Silo;

/// <summary>Is the silo of this process an active member of its cluster?</summary>
internal sealed class SiloCheck(ILocalSiloDetails local, IClusterMembershipService membership) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken ct = default)
    {
        var status = membership.CurrentSnapshot.GetSiloStatus(local.SiloAddress);
        return Task.FromResult(status == SiloStatus.Active ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"silo is {status}"));
    }
}
