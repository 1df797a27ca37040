using FangFanPin.Api.Shared;

namespace FangFanPin.Api.Pages;

public static class PagesFeature
{
    public static void AddConsole(this IServiceCollection services)
    {
        services.AddOptions<ConsoleOptions>().BindConfiguration("FangFanPin:Console");
        services.AddSingleton<ConsolePages>();
    }

    public static void MapConsole(this IEndpointRouteBuilder app) =>
        app.MapGet("/m/{**path}", (string? path, ConsolePages pages, HttpContext context) => pages.Answer(path, context))
            .ExcludeFromDescription().Requires(Permission.Anonymous, Area.None);
}
