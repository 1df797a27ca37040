using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Shared;

/// <summary>What the area rule found out about a request.</summary>
/// <param name="Target">The region that must lie in the caller's area; null when there is none to compare.</param>
/// <param name="Refusal">Why the request ends here, whoever asks.</param>
public readonly record struct AreaTarget(RegionCode? Target, Domain.DomainError? Refusal)
{
    public static AreaTarget Nothing => default;
    public static implicit operator AreaTarget(RegionCode code) => new(code, null);
    public static implicit operator AreaTarget(Domain.DomainError refusal) => new(null, refusal);
}

/// <summary>Which region a request is about. The caller's own region must be that region or lie above it.</summary>
public abstract record Area
{
    private Area() { }

    public abstract ValueTask<AreaTarget> FindAsync(HttpContext context);

    /// <summary>Where a region code stands in the request itself; null when the rule finds the region otherwise. For tests over all endpoints.</summary>
    public virtual (bool InQuery, string Name)? RegionParameter => null;

    /// <summary>What kind of thing the region is looked up by, and where its id stands in the path; null when the rule finds the region otherwise.</summary>
    public virtual (string Kind, string Parameter)? Subject => null;

    /// <summary>Nothing of an area is read or written: health, login, documents.</summary>
    public static Area None { get; } = new Unbound(nameof(None));

    /// <summary>The handler answers from the caller's own region and account only, by <see cref="Caller"/>.</summary>
    public static Area Own { get; } = new Unbound(nameof(Own));

    /// <summary>The region stands in the body, so the handler itself asks <see cref="Caller.Covers"/> before it does anything.</summary>
    public static Area InBody { get; } = new Unbound(nameof(InBody));

    /// <summary>All regions there are: the caller's own must be their root.</summary>
    public static Area Whole { get; } = new Root();

    /// <summary>A region code in the path.</summary>
    public static Area FromRoute(string parameter) => new RouteRegion(parameter);

    /// <summary>A region code in the path of a change. It may have ended by this very change: whoever made it may ask again.</summary>
    public static Area FromChangedRoute(string parameter) => new ChangedRegion(parameter);

    /// <summary>A region code in the query, without which the request is refused.</summary>
    public static Area FromQuery(string parameter) => new QueryRegion(parameter);

    /// <summary>The village of a household whose code stands in the path; an unknown household is answered 404.</summary>
    public static Area OfHousehold(string parameter) => new Belonging(AreaKinds.Household, parameter, AreaErrors.NoHousehold);

    /// <summary>The region of an import whose id stands in the path; an unknown import is answered 404.</summary>
    public static Area OfImport(string parameter) => new Belonging(AreaKinds.Import, parameter, AreaErrors.NoImport);

    /// <summary>The village of a case whose id stands in the path; an unknown case is answered 404.</summary>
    public static Area OfCase(string parameter) => new Belonging(AreaKinds.Case, parameter, Domain.Cases.CaseErrors.NotFound);

    /// <summary>The region of an export whose id stands in the path; an unknown export is answered 404.</summary>
    public static Area OfExport(string parameter) => new Belonging(AreaKinds.Export, parameter, AreaErrors.NoExport);
    /// <summary>The region of an account whose name stands in the path; an unknown account is answered 404.</summary>
    public static Area OfAccount(string parameter) => new Belonging(AreaKinds.Account, parameter, AreaErrors.NoAccount);

    private sealed record Unbound(string Name) : Area
    {
        public override ValueTask<AreaTarget> FindAsync(HttpContext context) => new(AreaTarget.Nothing);
    }

    private sealed record Root : Area
    {
        public override ValueTask<AreaTarget> FindAsync(HttpContext context) =>
            new(context.RequestServices.GetRequiredService<IRegions>().Tree.Root is { } root ? root.Code : AreaErrors.OutsideArea);
    }

    private sealed record RouteRegion(string Parameter) : Area
    {
        public override (bool InQuery, string Name)? RegionParameter => (false, Parameter);

        public override ValueTask<AreaTarget> FindAsync(HttpContext context) =>
            new(RegionCode.TryParse(context.GetRouteValue(Parameter) as string, out var code) ? code : AreaErrors.BadCode);
    }

    private sealed record ChangedRegion(string Parameter) : Area
    {
        public override (bool InQuery, string Name)? RegionParameter => (false, Parameter);

        public override async ValueTask<AreaTarget> FindAsync(HttpContext context)
        {
            if (!RegionCode.TryParse(context.GetRouteValue(Parameter) as string, out var code)) return AreaErrors.BadCode;
            return await IsOwnAsync(context, code) ? AreaTarget.Nothing : code;
        }

        private static async ValueTask<bool> IsOwnAsync(HttpContext context, RegionCode code)
        {
            var services = context.RequestServices;
            if (services.GetRequiredService<IRegions>().Tree.Find(code) is not null || !Guid.TryParse(context.Request.Headers["Idempotency-Key"], out var key)) return false;
            var done = await services.GetRequiredService<IRegionStructureStore>().FindAsync(key, context.RequestAborted);
            return done is not null && done.Change.Subject == code && done.Actor == Caller.NameOf(context);
        }
    }

    private sealed record QueryRegion(string Parameter) : Area
    {
        public override (bool InQuery, string Name)? RegionParameter => (true, Parameter);

        public override ValueTask<AreaTarget> FindAsync(HttpContext context) =>
            new(context.Request.Query[Parameter] is [var one] && RegionCode.TryParse(one, out var code) ? code : AreaErrors.BadCode);
    }

    private sealed record Belonging(string Kind, string Parameter, Domain.DomainError NotFound) : Area
    {
        public override (string Kind, string Parameter)? Subject => (Kind, Parameter);

        public override async ValueTask<AreaTarget> FindAsync(HttpContext context)
        {
            if (context.GetRouteValue(Parameter) is not string id) return NotFound;
            var areas = context.RequestServices.GetRequiredKeyedService<IAreaOf>(Kind);
            return await areas.FindAsync(id, context.RequestAborted) is { } code ? code : NotFound;
        }
    }
}

public static class AreaErrors
{
    public static readonly Domain.DomainError BadCode = new("region.bad-code", "行政区划代码应为 12 位数字。");
    public static readonly Domain.DomainError NoHousehold = new("household.not-found", "没有这一户。");
    public static readonly Domain.DomainError NoImport = new("import.not-found", "没有这次导入。");
    public static readonly Domain.DomainError NoExport = new("export.not-found", "没有这次导出。");
    public static readonly Domain.DomainError NoAccount = new("account.not-found", "没有这个账号。");
    public static readonly Domain.DomainError BadPage = new("request.bad-request", "分页参数不正确。");
    public static readonly Domain.DomainError OutsideArea = new("access.outside-area", "不在您的管辖范围内。");
    public static readonly Domain.DomainError NotPermitted = new("access.forbidden", "您的角色没有此项权限。");
    public static readonly Domain.DomainError NotDeclared = new("access.undeclared-forbidden", "此接口未声明权限,不予开放。");
    public static readonly Domain.DomainError NotSignedIn = new("access.unauthenticated", "请先登录。");
    public static readonly Domain.DomainError SessionEnded = new("access.session-unauthenticated", "登录已失效,请重新登录。");
    public static readonly Domain.DomainError SecondFactorFirst = new("access.must-set-up-totp-forbidden", "请先设置动态口令。");
    public static readonly Domain.DomainError PasswordFirst = new("access.must-change-password-forbidden", "请先修改初始密码。");
}
