using FangFanPin.Api.Shared;
using FangFanPin.Domain.Regions;
using FangFanPin.Storage.Accounts;

namespace FangFanPin.Api.Accounts;

internal static class AccountsFeature
{
    /// <param name="services">Of a process with an HTTP side.</param>
    /// <param name="configuration">Sections <c>FangFanPin:Sessions</c> and <c>FangFanPin:LoginGuard</c>.</param>
    /// <param name="dataFolder">Where the keys lie.</param>
    public static void AddAccounts(this IServiceCollection services, IConfiguration configuration, string dataFolder)
    {
        services.AddSingleton(configuration.GetSection("FangFanPin:Sessions").Get<SessionOptions>() ?? new SessionOptions());
        services.AddSingleton(configuration.GetSection("FangFanPin:LoginGuard").Get<LoginGuardOptions>() ?? new LoginGuardOptions());
        services.AddSingleton(_ => AccountKeys.OfFolder(dataFolder));
        services.AddSingleton(s => new Tokens(new TokenKeys(dataFolder, s.GetRequiredService<TimeProvider>()), s.GetRequiredService<SessionOptions>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<KnownTokens>();
        services.AddSingleton<AccountMeter>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<Trail>();
        services.AddSingleton<AccountStore>();
        services.AddKeyedSingleton<IAreaOf>(AreaKinds.Account, (s, _) => s.GetRequiredService<AccountStore>());
        services.AddSingleton<SessionStore>();
        services.AddSingleton<RecoveryCodes>();
        services.AddSingleton<LoginGuard>();
        services.AddHostedService<AccountKeysFit>();
        services.AddSingleton<AccessFeed>();
        services.AddHostedService(s => s.GetRequiredService<AccessFeed>());
        services.AddSingleton<SessionDesk>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<AccountAdmin>();
        services.AddSingleton<AccountUpkeep>();
        services.AddHostedService(s => s.GetRequiredService<AccountUpkeep>());
    }
}
