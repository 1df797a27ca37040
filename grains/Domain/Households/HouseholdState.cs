using System.Collections.Immutable;
using System.Text.Json.Serialization;
using FangFanPin.Domain.Figures;

namespace FangFanPin.Domain.Households;

/// <summary>What the store keeps for one household; the version is the store's etag. A cleared household keeps its row and version.</summary>
public sealed record HouseholdState
{
    /// <summary>Null: the household has never been registered (or its registration was undone).</summary>
    public HouseholdFile? File { get; init; }

    /// <summary>
    /// As the store read them with the row: the commands of the newest changes, oldest first, at most <see cref="CommandMemory.Most"/>. Never written
    /// from here: each stands in the history row of its version.
    /// </summary>
    public ImmutableArray<AppliedCommand> Applied { get; init; } = [];

    /// <summary>The newest change; the store writes it as the history row of its version, in the transaction that writes that version.</summary>
    public HouseholdChanged? LastChange { get; init; }

    /// <summary>A split whose new household has not confirmed yet: owed, and paid again on activation.</summary>
    public OwedSplit? OwedSplit { get; init; }

    /// <summary>What this household adds to its village's figures; empty unless registered and active.</summary>
    public CellVector Contribution { get; init; } = CellVector.Empty;

    /// <summary>The first day on which <see cref="Contribution"/> would change by itself; null when never.</summary>
    public DateOnly? NextDue { get; init; }

    /// <summary>The village of the version before, when it was another: its figures are owed too.</summary>
    public string? VillageBefore { get; init; }

    /// <summary>Of the store alone, which finds here at the next write what it knows of the row.</summary>
    [JsonIgnore]
    public RowMemory Memory { get; init; } = new();

    public string? Village => File?.Household.AreaCode;
}

/// <summary>
/// What a store remembers of the row behind a state, at the state itself: of a table beside it, weak so that it forgets with the activation, each background
/// collection has to look through all handles while everybody waits. It says nothing about the state: all are equal.
/// </summary>
public sealed class RowMemory : IEquatable<RowMemory>
{
    public object? Known { get; set; }

    /// <summary>
    /// The same knowledge for the state that comes next. A memory that has grown old in the collector's eyes and is told of young things makes each collection
    /// look through its neighbours, among 100,000 households' the dearest part of a collection.
    /// </summary>
    public RowMemory Handed() => new() { Known = Known };

    public bool Equals(RowMemory? other) => other is not null;
    public override bool Equals(object? obj) => Equals(obj as RowMemory);
    public override int GetHashCode() => 0;
}

/// <param name="Content">See <see cref="CommandContent.HashOf"/>: a repeated id with other content is refused. Null: from before it was kept.</param>
/// <param name="Version">Of the household after the command.</param>
public readonly record struct AppliedCommand(Guid CommandId, UInt128? Content, long Version);

/// <param name="CommandId">Of the command that the new household gets; the same at every attempt.</param>
public sealed record OwedSplit(Guid CommandId, string NewHouseholdCode, HouseholdFile File, Actor Actor);

/// <summary>One change as history keeps it.</summary>
public sealed record HouseholdChanged
{
    /// <summary>The version that it made. A later version that only moved the figures with the date keeps the change before it and has no history row of its own.</summary>
    public required long Version { get; init; }
    public required Guid CommandId { get; init; }

    /// <summary>See <see cref="CommandContent.HashOf"/>; null for changes that no command asked for, and in histories that were read.</summary>
    public UInt128? Content { get; init; }

    /// <summary>The kind of the change, e.g. <c>amend</c>.</summary>
    public required string Kind { get; init; }
    public required Actor Actor { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>The import that this was part of.</summary>
    public string? ImportId { get; init; }

    /// <summary>It registered the household: all of the file is new, and is kept nowhere but in the state, from which later changes lead back to it.</summary>
    public bool Registers { get; init; }

    /// <summary>The file that it made, where it <see cref="Registers"/>; its fields are told only to whoever asks.</summary>
    public HouseholdFile? Registered { get; init; }

    public ImmutableArray<FieldChange> Changes
    {
        get => Registered is null ? changes : FileDiff.Between(null, Registered);
        init => changes = value;
    }

    private ImmutableArray<FieldChange> changes = [];

    /// <summary>It stands in the history, which tells the fields to whoever asks; here they are needed only to take an import back.</summary>
    public void Kept()
    {
        if (ImportId is null) changes = [];
    }
}

/// <summary>One field, old and new in text form.</summary>
/// <param name="Entity">Dictionary entity, e.g. <c>Member</c>.</param>
/// <param name="Key">Which record of that entity: its key field's text; empty for the household itself.</param>
/// <param name="Field">Dictionary identifier or run-time indicator.</param>
public sealed record FieldChange(string Entity, string Key, string Field, string? Old, string? New);

/// <summary>Who acts. Set by the API from the login, never taken from a request body.</summary>
/// <param name="Account">Login name; <c>system</c> for reminders.</param>
/// <param name="Region">12-digit code of the subtree in which the actor may act.</param>
public sealed record Actor(string Account, string DisplayName, string Role, string Region)
{
    public static readonly Actor System = new("system", "系统", "system", "410000000000");
}
