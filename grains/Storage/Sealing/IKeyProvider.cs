namespace FangFanPin.Storage.Sealing;

/// <summary>Keeps the keys of the ring: what stands in the file of the ring is of use to nobody who cannot ask it.</summary>
public interface IKeyProvider
{
    /// <summary>Stands beside each key that it wrapped.</summary>
    string Name { get; }

    /// <param name="purpose">What the key is for, e.g. <c>seal/2</c>; it unwraps for no other.</param>
    byte[] Wrap(byte[] key, string purpose);

    /// <exception cref="InvalidDataException">The provider cannot be reached, or refuses; the message is for the operator.</exception>
    byte[] Unwrap(byte[] wrapped, string purpose);
}

/// <summary>The default: the keys stand in the file as they are, which only its owner may read.</summary>
public sealed class FileKeyProvider : IKeyProvider
{
    public const string ProviderName = "file";
    public string Name => ProviderName;
    public byte[] Wrap(byte[] key, string purpose) => key;
    public byte[] Unwrap(byte[] wrapped, string purpose) => wrapped;
}
