using Microsoft.Extensions.Configuration;

namespace FangFanPin.Silo;

/// <summary>The features of the product, one line each; a feature wires itself in <c>Add…()</c> beside its own code.</summary>
internal static class Features
{
    /// <summary>What a process with grains needs: grain services, storage providers, background work.</summary>
    public static void AddSilo(IServiceCollection services, IConfiguration configuration)
    {
    }

    /// <summary>What every process needs, API-only ones included: read stores, the region tree.</summary>
    public static void AddShared(IServiceCollection services, IConfiguration configuration)
    {
    }
}
