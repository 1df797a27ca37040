namespace FangFanPin.Domain.Sealing;

/// <summary>The end of a document that stays as it is while the start changes: it is encoded and packed once, however often the document is sealed.</summary>
/// <param name="plain">Never changed after.</param>
/// <param name="packed">As the box held it that the part was opened from.</param>
public sealed class KeptPart(byte[] plain, byte[]? packed = null)
{
    public byte[] Plain => plain;

    /// <summary>Left here by the sealer. Two threads that pack at once come to the same bytes.</summary>
    public byte[]? Packed { get; set; } = packed;
}
