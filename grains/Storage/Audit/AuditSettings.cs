using FangFanPin.Storage.Sealing;

namespace FangFanPin.Storage.Audit;

/// <summary>Settings <c>FangFanPin:Audit</c>.</summary>
public sealed class AuditSettings
{
    /// <summary>The law asks for so many; the database lets nothing younger go, whatever is set.</summary>
    public const int MonthsMin = 6;

    /// <summary>Whole months that stay in the table; older ones go into archives.</summary>
    public int MonthsOnline { get; set; } = 12;

    /// <summary>Whose hash new checkpoints have; old ones keep theirs.</summary>
    public KeySuite Suite { get; set; } = KeySuite.International;
}
