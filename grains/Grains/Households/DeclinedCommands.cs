using FangFanPin.Contracts.Households;

namespace FangFanPin.Grains.Households;

/// <summary>
/// The newest commands that this activation answered without changing anything. A caller who heard nothing sends again; when the second copy was
/// declined, the first one, late on its way, must not be applied to a household that has changed meanwhile. What has changed something stands in the history.
/// </summary>
internal sealed class DeclinedCommands
{
    private const int Most = 64;
    private readonly Queue<(Guid CommandId, UInt128 Content, CommandAnswer Answer)> newest = new();

    public (UInt128 Content, CommandAnswer Answer)? Find(Guid commandId)
    {
        foreach (var (id, content, answer) in newest)
        {
            if (id == commandId) return (content, answer);
        }
        return null;
    }

    public void Remember(Guid commandId, UInt128 content, CommandAnswer answer)
    {
        newest.Enqueue((commandId, content, answer));
        if (newest.Count > Most) newest.Dequeue();
    }
}
