namespace FangFanPin.Domain.Households;

/// <summary>
/// The newest commands of one household while it is active, so that a repeat gets the same answer. Whoever does not find a command here asks
/// the history, unless this <see cref="IsComplete"/>. An activation that is not the current one may remember too little; its write then fails on the version.
/// </summary>
public sealed class CommandMemory
{
    public const int Most = 256;
    private readonly Queue<AppliedCommand> newest;

    /// <param name="stored">The newest of the history, oldest first, at most <see cref="Most"/>.</param>
    public CommandMemory(IEnumerable<AppliedCommand> stored) => newest = new(stored);

    /// <summary>Nothing older can stand in the history.</summary>
    public bool IsComplete => newest.Count < Most;

    public AppliedCommand? Find(Guid commandId)
    {
        foreach (var command in newest)
        {
            if (command.CommandId == commandId) return command;
        }
        return null;
    }

    public void Remember(AppliedCommand command)
    {
        newest.Enqueue(command);
        if (newest.Count > Most) newest.Dequeue();
    }
}
