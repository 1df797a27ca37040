using System.Security.Cryptography;
using System.Text;
using FangFanPin.Contracts;
using FangFanPin.Contracts.Cases;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Cases;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Sync;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Grains.Sync;

/// <summary>已纳入 → 已录入国家系统, and 已消除 → confirmed: what the extract shows of approved cases is written into their households and closes them.</summary>
public sealed partial class SyncConfirmation(ISyncIntake intake, IGrainFactory grains, ILogger<SyncConfirmation> logger)
{
    /// <returns>Cases that were closed.</returns>
    public async Task<int> RunAsync(SyncShare share, CancellationToken ct)
    {
        var closed = 0;
        foreach (var one in await intake.ConfirmedAsync(share, ct))
            if (await ConfirmAsync(one)) closed++;
        return closed;
    }

    private async Task<bool> ConfirmAsync(BookedCase one)
    {
        // A platform code that the import has replaced: the archived file names the code that the national system gave.
        var code = PlatformCode.Is(one.Household) ? await NationalCodeAsync(one.Household) : one.Household;
        if (code is null) return false;
        if (one.Kind == CaseKinds.Recognition && await MarkAsync(one, code) is { } refusal)
        {
            Refused(logger, one.CaseId, refusal);
            return false;
        }
        var answer = await grains.Case(CaseKey.Of(one.CaseId)).ExecuteAsync(new CaseCommand
        {
            CommandId = IdOf(one.CaseId, "confirm"), Actor = CaseActor.System, Change = new ConfirmNational { NationalHouseholdCode = code },
        });
        if (answer.Errors.Count == 0) return true;
        Refused(logger, one.CaseId, answer.Errors[0].Code);
        return false;
    }

    private async Task<string?> NationalCodeAsync(string platform) =>
        (await grains.Household(platform).GetAsync())?.File.Household.Extra?.GetValueOrDefault(PlatformCode.SuccessorIndicator);

    /// <returns>Code of the error that stands in the way.</returns>
    private async Task<string?> MarkAsync(BookedCase one, string code)
    {
        var answer = await grains.Household(code).ExecuteAsync(new HouseholdCommand
        {
            CommandId = IdOf(one.CaseId, "mark"), ExpectedVersion = null, Actor = Actor.System, Change = new FoundInNational(),
        });
        return answer.Errors.Count == 0 ? null : answer.Errors[0].Code;
    }

    private static Guid IdOf(string caseId, string step) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"sync\n{step}\n{caseId}"))[..16]);

    [LoggerMessage(Level = LogLevel.Warning, Message = "case {Id} is in the national system and could not be closed: {Code}")]
    private static partial void Refused(ILogger logger, string id, string code);
}
