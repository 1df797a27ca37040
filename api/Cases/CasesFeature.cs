using FangFanPin.Domain.Cases;

namespace FangFanPin.Api.Cases;

public static class CasesFeature
{
    public static IServiceCollection AddCases(this IServiceCollection services)
    {
        services.AddOptions<DeclareOptions>().BindConfiguration("FangFanPin:Declare");
        services.AddSingleton<Desk>().AddSingleton<CaseScreens>().AddSingleton<CaseOpening>().AddSingleton<AttachmentUpload>();
        services.AddSingleton<QueryCodes>().AddSingleton<VillageTokens>().AddSingleton<PhoneSessions>().AddSingleton<PublicThrottle>().AddSingleton<DeclareDesk>().AddSingleton<VisitDesk>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<Challenges>(s));
        services.AddSingleton<CaseFeed>().AddHostedService(s => s.GetRequiredService<CaseFeed>());
        return services.AddSingleton<ISmsSender, LogOnlySms>();
    }

    public static void MapCaseFeature(this IEndpointRouteBuilder api)
    {
        api.MapCases();
        api.MapCaseAttachments();
        api.MapCaseParameters();
        api.MapCaseStatistics();
        api.MapVisits();
        api.MapDueVisits();
        api.MapWorkbench();
        api.MapDeclare();
        api.MapDeclareSheets();
    }
}
