using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace FangFanPin.Api.Shared;

/// <summary>What the OpenAPI document says beside the endpoints themselves.</summary>
internal static class ApiDocument
{
    private const string Scheme = "bearer";

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "防返贫动态监测 API",
                Version = "v1",
                Description = "先用 POST /api/v1/login 取得令牌。出错时返回 ProblemDetails:code 稳定不变,detail 为中文说明,traceId 用于查找日志。",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Scheme, BearerFormat = "JWT" };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var rule = context.Description.ActionDescriptor.EndpointMetadata.OfType<AccessRule>().LastOrDefault();
            if (rule is null || rule.Permission == Permission.Anonymous) return Task.CompletedTask;
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            operation.Description = $"{operation.Description}\n\n所需权限:{rule.Permission}".Trim();
            return Task.CompletedTask;
        });
    }
}
