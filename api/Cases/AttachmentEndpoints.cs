using FangFanPin.Api.Cases.Content;
using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Records;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FangFanPin.Api.Cases;

/// <param name="Id">Name it in the <c>Attachments</c> of an action within a day.</param>
public sealed record UploadResponse(Guid Id, string Type, int Bytes);

/// <summary>Files of cases: sent first, named by an action then, read by whoever may read the case.</summary>
public static class AttachmentEndpoints
{
    public static void MapCaseAttachments(this IEndpointRouteBuilder api)
    {
        api.MapPost("/case-attachments", UploadAsync).WithTags("业务办理").WithSummary("上传附件(请求体即文件内容,不超过 5 MB)")
            .Accepts<byte[]>("application/octet-stream", "image/jpeg", "image/png", "image/webp", "application/pdf").Requires(Permission.HandleCases, Area.Own);
        api.MapGet("/cases/{id}/attachments/{file:guid}", DownloadAsync).WithTags("业务办理").WithSummary("下载附件").Requires(Permission.ReadCases, Area.OfCase("id"));
    }

    private static async Task<Results<Ok<UploadResponse>, ProblemHttpResult>> UploadAsync(string? name, HttpContext context, Caller caller, AttachmentUpload upload, CancellationToken ct)
    {
        var stored = await upload.ReceiveAsync(context, caller.Name, name, ct);
        return stored.Ok ? TypedResults.Ok(stored.Value!) : Problems.From(stored.Errors);
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> DownloadAsync(
        string id, Guid file, ICaseAttachments attachments, ICaseReader reader, HttpResponse response, CancellationToken ct)
    {
        if (await attachments.OpenAsync(id, file, ct) is not { } found) return Problems.From(CaseRequestErrors.NoAttachment);
        response.HttpContext.IsAbout((await reader.FindAsync(id, ct))?.File.HouseholdCode);
        // Whatever stands inside, a browser must neither guess another type nor run it.
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        response.Headers.CacheControl = "private, no-store";
        return TypedResults.File(found.Content, found.Attachment.Type, found.Attachment.Name);
    }
}

/// <summary>Takes one file from a request's body, by what it is and not by what it is called.</summary>
internal sealed class AttachmentUpload(ICaseAttachments attachments, TimeProvider clock)
{
    public const int BytesMax = 5 * 1024 * 1024;
    private const int NameMax = 100, UnusedMax = 30;

    /// <param name="owner">Who may name it in an action.</param>
    public async Task<Outcome<UploadResponse>> ReceiveAsync(HttpContext context, string owner, string? name, CancellationToken ct)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = BytesMax + 1;
        var now = clock.GetUtcNow();
        if (await attachments.UnusedOfAsync(owner, now.AddDays(-1), ct) >= UnusedMax) return CaseRequestErrors.TooManyFiles;
        if (await ContentAsync(context.Request.Body, ct) is not { } content) return CaseRequestErrors.FileTooLarge;
        var looked = FileKinds.TypeOf(content);
        if (looked.Value is not { } type) return looked.Error!;
        var stored = new CaseAttachment(Guid.NewGuid(), null, NameOf(name, type), type, content.Length, owner, now);
        await attachments.StoreAsync(stored, content, ct);
        return new UploadResponse(stored.Id, type, content.Length);
    }

    private static async Task<byte[]?> ContentAsync(Stream body, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        var piece = new byte[81920];
        try
        {
            for (int read; (read = await body.ReadAsync(piece, ct)) > 0;)
            {
                if (buffer.Length + read > BytesMax) return null;
                buffer.Write(piece, 0, read);
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
        return buffer.ToArray();
    }

    private static string NameOf(string? name, string type)
    {
        var plain = new string([.. Path.GetFileName((name ?? "").Replace('\\', '/')).Where(c => !char.IsControl(c) && c is not ('"' or '<' or '>' or ';'))]);
        plain = Masking.InCodes(plain)!; // people name pictures of a card by its number
        if (plain.Length > NameMax) plain = plain[^NameMax..];
        return plain.Length > 0 ? plain : "附件" + FileKinds.ExtensionOf(type);
    }
}
