using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Domain.Cases;

/// <summary>A command that was refused.</summary>
/// <param name="Content">See <see cref="CaseContent.HashOf"/>.</param>
/// <param name="Seen">The version that its sender had; null when it named none.</param>
/// <param name="Version">That the case had.</param>
/// <param name="OpenCase">The open case of the same household, where that was why.</param>
public sealed record CaseRefusal(
    string CaseId, Guid CommandId, string Content, DateTimeOffset At, Actor Actor, RegionLevel? Level, string Action, long? Seen, long Version, string? OpenCase, IReadOnlyList<DomainError> Errors)
{
    /// <summary>Copies of a message are gone long before; whoever asks again later means it.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);
}

/// <summary>What was refused must stay refused for its late copies, and whoever came second stands in the record too.</summary>
public interface ICaseRefusals
{
    Task KeepAsync(CaseRefusal refusal, CancellationToken ct = default);

    /// <summary>This very command with this very content, refused since then; null when it was not.</summary>
    Task<CaseRefusal?> FindAsync(string caseId, Guid commandId, string content, DateTimeOffset since, CancellationToken ct = default);

    /// <summary>The version to which a command led that the case itself does not remember any more; null when it was never applied.</summary>
    Task<long?> AppliedAsync(string caseId, Guid commandId, CancellationToken ct = default);

    /// <summary>Those who came too late, oldest first.</summary>
    Task<IReadOnlyList<CaseRefusal>> LateOnesAsync(string caseId, CancellationToken ct = default);
}
