using FangFanPin.Domain;
using FangFanPin.Domain.Imports;
using Orleans.Concurrency;

namespace FangFanPin.Contracts.Imports;

/// <summary>
/// Starts and stops the work of one import. Key: <see cref="ImportKey"/>. How far it is stands in the job, which everybody reads from
/// <see cref="IImportJobs"/>; the grain is where its runner lives.
/// </summary>
[Alias("ffp.import")]
public interface IImportGrain : IGrainWithStringKey
{
    /// <summary>Uploaded → parsing → previewed; of an import without a preview → committing → done.</summary>
    /// <returns><see cref="ImportErrors.NotFound"/>, <see cref="ImportErrors.WrongStage"/>.</returns>
    [Alias("parse")]
    Task<ImportAnswer> ParseAsync();

    /// <summary>Previewed (or cancelled or given up in mid-commit) → committing → done. One without a preview that stopped while its files were read begins with them again.</summary>
    [Alias("commit")]
    Task<ImportAnswer> CommitAsync();

    /// <summary>Stops after the batch under way; what is committed stays, and can be committed further or undone.</summary>
    [Alias("cancel")]
    Task<ImportAnswer> CancelAsync();

    /// <summary>Done, cancelled or given up → undoing → undone: households that nothing newer has changed become what they were.</summary>
    [Alias("undo")]
    Task<ImportAnswer> UndoAsync();

    /// <summary>Goes on with a running import whose runner is silent; does nothing otherwise.</summary>
    [Alias("resume")]
    Task ResumeAsync();
}

[GenerateSerializer, Immutable, Alias("ffp.import-answer")]
public sealed record ImportAnswer
{
    /// <summary>Null when the command was taken.</summary>
    [Id(0)] public DomainError? Error { get; init; }
}
