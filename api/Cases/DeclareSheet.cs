using System.Net;
using FangFanPin.Api.Shared;
using FangFanPin.Domain.Regions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using QRCoder;

namespace FangFanPin.Api.Cases;

/// <param name="Address">What the QR code holds.</param>
public sealed record DeclareSheetResponse(string Village, string VillageName, string PlaceName, string Token, string Address, string Svg);

/// <summary>The sheet that hangs in the village: its QR code and three lines of text, to be printed from the browser.</summary>
public static class DeclareSheet
{
    private const int PixelsPerModule = 8;

    public static void MapDeclareSheets(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/villages").WithTags("自主申报二维码");
        group.MapGet("/{village}/declare-sheet", Get).WithSummary("本村申报二维码").Requires(Permission.ReadCases, Area.FromRoute("village"));
        group.MapGet("/{village}/declare-sheet.html", Print).WithSummary("本村申报二维码打印页").Requires(Permission.ReadCases, Area.FromRoute("village"));
    }

    private static Results<Ok<DeclareSheetResponse>, ProblemHttpResult> Get(string village, HttpRequest request, VillageTokens tokens, IRegions regions, IOptions<DeclareOptions> options)
    {
        if (Of(village, request, tokens, regions, options.Value) is not { } sheet) return Problems.From(Domain.Cases.CaseErrors.UnknownVillage);
        return TypedResults.Ok(sheet);
    }

    private static Results<ContentHttpResult, ProblemHttpResult> Print(string village, HttpRequest request, VillageTokens tokens, IRegions regions, IOptions<DeclareOptions> options)
    {
        if (Of(village, request, tokens, regions, options.Value) is not { } sheet) return Problems.From(Domain.Cases.CaseErrors.UnknownVillage);
        return TypedResults.Content(Page(sheet), "text/html; charset=utf-8");
    }

    private static DeclareSheetResponse? Of(string village, HttpRequest request, VillageTokens tokens, IRegions regions, DeclareOptions options)
    {
        if (regions.Tree.Find(village) is not { Level: RegionLevel.Village } found) return null;
        var token = tokens.Of(village);
        var start = options.PublicAddress.Length > 0 ? options.PublicAddress.TrimEnd('/') : $"{request.Scheme}://{request.Host}";
        var address = $"{start}/m/declare/{token}";
        using var data = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.Q);
        using var code = new SvgQRCode(data);
        return new DeclareSheetResponse(village, found.Name, CaseLabels.Place(regions.Tree, village), token, address, code.GetGraphic(PixelsPerModule));
    }

    private static string Page(DeclareSheetResponse sheet) => $$"""
        <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{WebUtility.HtmlEncode(sheet.PlaceName)}} 自主申报</title>
        <style>@page{size:A4;margin:20mm}body{font-family:sans-serif;text-align:center}h1{font-size:30pt;margin:10mm 0 2mm}h2{font-size:22pt;margin:0 0 6mm}
        svg{width:120mm;height:120mm}p{font-size:16pt;margin:3mm 0}small{font-size:10pt;color:#444}</style></head><body>
        <h1>防返贫监测 自主申报</h1><h2>{{WebUtility.HtmlEncode(sheet.PlaceName)}}</h2>{{sheet.Svg}}
        <p>家中遇到大病、残疾、上学、灾害、失业等困难,</p><p>收入明显减少或支出明显增加的,请用手机扫码申报。</p><p>申报不收费,无需安装软件,可凭查询码查看进度。</p>
        <small>不会用手机的,可请村信息员代为申报。{{WebUtility.HtmlEncode(sheet.Address)}}</small></body></html>
        """;
}
