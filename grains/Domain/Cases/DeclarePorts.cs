namespace FangFanPin.Domain.Cases;

/// <summary>A file of a case.</summary>
/// <param name="Owner">Account, or a keyed hash of the phone that sent it: whoever may name it in an action.</param>
/// <param name="CaseId">Null until an action named it.</param>
public sealed record CaseAttachment(Guid Id, string? CaseId, string Name, string Type, int Bytes, string Owner, DateTimeOffset UploadedAt);

public interface ICaseAttachments
{
    /// <summary>Sealed; counts against what its owner has lying about unused.</summary>
    Task StoreAsync(CaseAttachment attachment, byte[] content, CancellationToken ct = default);

    Task<int> UnusedOfAsync(string owner, DateTimeOffset since, CancellationToken ct = default);

    /// <summary>Whether all of them exist, and may be named for this case by this owner.</summary>
    Task<bool> UsableAsync(IReadOnlyCollection<Guid> ids, string? caseId, string owner, CancellationToken ct = default);

    Task<IReadOnlyList<CaseAttachment>> OfCaseAsync(string caseId, CancellationToken ct = default);

    /// <returns>Null when the case has no such file.</returns>
    Task<(CaseAttachment Attachment, byte[] Content)?> OpenAsync(string caseId, Guid id, CancellationToken ct = default);
}

/// <summary>Sends short messages. What it is given must never stand in a log.</summary>
public interface ISmsSender
{
    /// <summary>A verification code, valid for a few minutes.</summary>
    Task SendCodeAsync(string phone, string code, CancellationToken ct = default);

    /// <summary>A case has moved; the text holds no personal data.</summary>
    Task SendNoticeAsync(string phone, string text, CancellationToken ct = default);
}

/// <summary>Codes that phones must repeat, and challenges that were answered.</summary>
public interface IPhoneCodes
{
    /// <returns>False when this phone has been sent too many lately.</returns>
    Task<bool> TryStoreAsync(string phone, string code, DateTimeOffset now, CancellationToken ct = default);

    /// <summary>True once, for the newest code of the phone, within its time and its tries.</summary>
    Task<bool> TryUseAsync(string phone, string code, DateTimeOffset now, CancellationToken ct = default);

    /// <summary>True for the first who spends it.</summary>
    Task<bool> TrySpendAsync(string challenge, DateTimeOffset expires, CancellationToken ct = default);
}
