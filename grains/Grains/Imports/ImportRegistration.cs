using Microsoft.Extensions.DependencyInjection;

namespace FangFanPin.Grains.Imports;

public static class ImportRegistration
{
    /// <summary>For processes with grains. Needs the import stores and an <c>IWorkbookReader</c>.</summary>
    public static IServiceCollection AddImportWork(this IServiceCollection services, ImportOptions? options = null) => services
        .AddSingleton(options ?? new ImportOptions())
        .AddSingleton<HouseholdCommands>()
        .AddSingleton<ImportComparison>()
        .AddSingleton<ImportParsing>()
        .AddSingleton<ImportCollisions>()
        .AddSingleton<ImportRetention>()
        .AddSingleton<NewHouseholds>()
        .AddSingleton<ImportCommit>()
        .AddSingleton<ImportUndoing>()
        .AddSingleton<ImportRunner>()
        .AddHostedService<ImportSweep>();
}
