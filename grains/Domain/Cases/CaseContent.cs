using System.Security.Cryptography;
using System.Text.Json;

namespace FangFanPin.Domain.Cases;

/// <summary>What a command about a case is known by.</summary>
public static class CaseContent
{
    /// <summary>SHA-256 over the change in JSON, hex: equal for equal content.</summary>
    public static string HashOf(CaseChange change) => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(change, WireJson.Options)));

    /// <summary>The household of the register that the change itself names.</summary>
    public static string? HouseholdOf(CaseChange change) => change switch
    {
        Declare declare => declare.HouseholdCode,
        ReportRisk report => report.HouseholdCode,
        ProposeElimination propose => propose.HouseholdCode,
        ReceiveWarning receive => receive.HouseholdCode,
        LinkHousehold link => link.HouseholdCode,
        OpenMeasures open => open.HouseholdCode,
        _ => null,
    };

    /// <summary>Whether the decision looks at the household.</summary>
    public static bool NeedsHousehold(CaseChange change) => change is Judge or Approve or Appeal or CloseWarning or ProposeMeasures || HouseholdOf(change) is not null;

    /// <summary>Whether the case may come to hold its household by this change: the store then refuses a second one.</summary>
    public static bool TakesSubject(CaseChange change) => change is Declare or ReportRisk or ProposeElimination or LinkHousehold or Appeal or CloseWarning or OpenMeasures or ProposeMeasures or FollowCode;
}
