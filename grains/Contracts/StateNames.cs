namespace FangFanPin.Contracts;

/// <summary>Rows are found by state name and key, not by grain class: every name is unique in the solution and never changes.</summary>
public static class StateNames
{
    public const string Household = "household";
    public const string Case = "case";
}

/// <summary>The two storage providers.</summary>
public static class StorageNames
{
    /// <summary>What is numerous or listed: batched, sealed, searchable, with history and debts in one transaction.</summary>
    public const string Records = "records";

    /// <summary>What is read only through itself: jobs, cursors, parameters.</summary>
    public const string Default = "default";
}
