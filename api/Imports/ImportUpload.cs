using FangFanPin.Api.Shared;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FangFanPin.Api.Imports;

/// <summary>Takes the files of a multipart request as they come, into the database and never into memory.</summary>
internal sealed class ImportUpload(IImportJobs jobs, IImportFiles files, IOptions<ImportApiOptions> options, TimeProvider clock)
{
    private const int BoundaryMax = 200;
    private const int NameMax = 200;

    /// <returns>The uploaded job, or the one that the same Idempotency-Key has made before.</returns>
    public async Task<Outcome<ImportJob>> ReceiveAsync(HttpContext context, Caller caller, string region, bool atOnce)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = options.Value.UploadBytesMax;
        var id = RequestIds.Of(context.Request, caller, "import");
        if (await jobs.FindAsync(id, context.RequestAborted) is { } before)
        {
            if (before.Stage != ImportStage.Uploading)
            {
                // Whoever is still sending does not read an answer, and would take the closed connection for a failure and send once more.
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                return before;
            }
            await jobs.DeleteAsync(id, context.RequestAborted); // the try before broke off in the middle
        }
        if (BoundaryOf(context.Request) is not { } boundary) return ImportErrors.NoFiles;
        var job = new ImportJob
        {
            Id = id,
            Region = region,
            Actor = caller.ToActor(),
            CreatedAt = clock.GetUtcNow(),
            AtOnce = atOnce,
            Stage = ImportStage.Uploading,
        };
        await jobs.CreateAsync(job, context.RequestAborted);
        try
        {
            var stored = await StoreAsync(job.Id, new MultipartReader(boundary, context.Request.Body), context.RequestAborted);
            if (!stored.Ok) return await RefusedAsync(job, stored.Errors[0]);
            job = job with { Files = [.. stored.Value!], Stage = ImportStage.Uploaded };
            await jobs.FilesArrivedAsync(job, context.RequestAborted);
            return job;
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return await RefusedAsync(job, ImportErrors.UploadTooLarge);
        }
        catch
        {
            await jobs.DeleteAsync(job.Id, CancellationToken.None);
            throw;
        }
    }

    private async Task<Outcome<ImportJob>> RefusedAsync(ImportJob job, DomainError error)
    {
        await jobs.DeleteAsync(job.Id, CancellationToken.None);
        return error;
    }

    private async Task<Outcome<List<UploadedFile>>> StoreAsync(Guid id, MultipartReader parts, CancellationToken ct)
    {
        var uploaded = new List<UploadedFile>();
        try
        {
            while (await parts.ReadNextSectionAsync(ct) is { } part)
            {
                if (part.AsFileSection() is not { } file) continue;
                if (uploaded.Count == ImportLimits.FilesMax) return ImportErrors.TooManyFiles;
                var name = Masking.InCodes(Path.GetFileName(file.FileName.Replace('\\', '/')))!;
                if (name.Length > NameMax) name = name[^NameMax..];
                uploaded.Add(new UploadedFile(name, await files.StoreAsync(id, uploaded.Count, file.FileStream ?? Stream.Null, ct)));
            }
        }
        catch (InvalidDataException)
        {
            return ImportErrors.BadRequest;
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            return ImportErrors.BadRequest; // the body ended in the middle
        }
        return uploaded.Count == 0 ? ImportErrors.NoFiles : uploaded;
    }

    private static string? BoundaryOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)) return null;
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        return boundary is { Length: > 0 and <= BoundaryMax } ? boundary : null;
    }
}
