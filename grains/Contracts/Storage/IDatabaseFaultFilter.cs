using Orleans;

namespace FangFanPin.Contracts.Storage;

/// <summary>
/// For grains that ask the database themselves and may meet its absence: the driver's exception cannot be read on the other side of a call, where it would look
/// like a defect of ours, and leaves as <see cref="StoreUnavailableException"/>.
/// </summary>
public interface IDatabaseFaultFilter : IIncomingGrainCallFilter;
