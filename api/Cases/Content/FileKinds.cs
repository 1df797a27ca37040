using FangFanPin.Domain;

namespace FangFanPin.Api.Cases.Content;

/// <summary>The types that are taken, by what stands in their files from the first byte to the last.</summary>
public static class FileKinds
{
    /// <summary>Pixels of a picture: what somebody unpacks to look at it must fit into a phone.</summary>
    public const long PixelsMax = 50_000_000;
    public const int SideMax = 20_000;

    /// <returns>The type, or why the file is none of those.</returns>
    public static Outcome<string> TypeOf(byte[] content)
    {
        var (type, fault) = Look(content);
        return type is null ? CaseRequestErrors.BadFile : fault is null ? type : fault;
    }

    public static string ExtensionOf(string type) => type switch
    {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/webp" => ".webp",
        _ => ".pdf",
    };

    private static (string? Type, DomainError? Fault) Look(byte[] content)
    {
        ReadOnlySpan<byte> bytes = content;
        if (bytes.StartsWith<byte>([0xFF, 0xD8, 0xFF])) return ("image/jpeg", JpegStructure.Fault(bytes));
        if (bytes.StartsWith(PngStructure.Signature)) return ("image/png", PngStructure.Fault(content));
        if (bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8)) return ("image/webp", WebpStructure.Fault(bytes));
        return bytes.StartsWith("%PDF-"u8) ? ("application/pdf", PdfStructure.Fault(content)) : (null, null);
    }

    internal static DomainError? SizeFault(long width, long height) => width is < 1 || height is < 1 ? CaseRequestErrors.DamagedPicture
        : width > SideMax || height > SideMax || width * height > PixelsMax ? CaseRequestErrors.PictureTooLarge : null;
}
