using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Regions;
using Microsoft.Extensions.DependencyInjection;

namespace FangFanPin.Storage.Cases;

public static class CaseStorageRegistration
{
    /// <summary>For every process, API-only ones included. Needs an <c>NpgsqlDataSource</c>, an <c>ISealer</c> and <c>IRegions</c>.</summary>
    public static IServiceCollection AddCaseStorage(this IServiceCollection services) => services
        .AddSingleton<ICaseAreas, CaseAreas>()
        .AddSingleton<ICaseParameters, CaseParameterStore>()
        .AddSingleton<ICaseLookups, CaseLookups>()
        .AddSingleton<ICaseSearch, CaseSearch>()
        .AddSingleton<ICaseTallies, CaseTallyStore>()
        .AddSingleton<ICaseRefusals, CaseRefusalStore>()
        .AddSingleton<IVisits, VisitStore>()
        .AddSingleton<IDueVisits, DueVisitStore>()
        .AddSingleton<ICaseHealth, CaseHealthCheck>()
        .AddSingleton<ICaseAttachments, CaseAttachmentStore>()
        .AddSingleton<IPhoneCodes, PhoneCodeStore>()
        .AddSingleton<CaseReader>()
        .AddSingleton<ICaseReader>(s => s.GetRequiredService<CaseReader>())
        .AddKeyedSingleton<IAreaOf>(AreaKinds.Case, (s, _) => s.GetRequiredService<CaseReader>());
}
