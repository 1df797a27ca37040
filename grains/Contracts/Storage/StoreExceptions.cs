using Orleans.Runtime;

namespace FangFanPin.Contracts.Storage;

/// <summary>The database did not answer in time; what was being written may or may not be there. Repeating the command is safe.</summary>
[GenerateSerializer, Alias("ffp.store-unavailable")]
public sealed class StoreUnavailableException : OrleansException
{
    public StoreUnavailableException() { }

    public StoreUnavailableException(string message) : base(message) { }
}

/// <summary>The database refused the content of one record; nothing of it was written.</summary>
[GenerateSerializer, Alias("ffp.store-refused")]
public sealed class StoreRefusedException : OrleansException
{
    public StoreRefusedException() { }

    public StoreRefusedException(string message) : base(message) { }
}
