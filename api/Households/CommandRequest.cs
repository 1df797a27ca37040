using System.Text.Json;
using System.Text.Json.Serialization;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Api.Households;

/// <summary>What a person asks for, read from path, headers and body.</summary>
/// <param name="SeenVersion">Null only where there is nothing to have seen.</param>
internal sealed record CommandRequest(HouseholdKey Key, Guid CommandId, long? SeenVersion, HouseholdChange Change)
{
    /// <summary>Sent by grains and by imports only.</summary>
    private static readonly HashSet<Type> Closed = [typeof(ImportFile), typeof(RevertImport), typeof(ReceiveSplit), typeof(FollowVillage), typeof(HandOver), typeof(DecideMeasures), typeof(FoundInNational)];

    private static readonly JsonSerializerOptions Format = new(WireJson.Options)
    {
        PropertyNameCaseInsensitive = true,
        AllowOutOfOrderMetadataProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 16,
    };

    public static async Task<Outcome<CommandRequest>> ReadAsync(string code, HttpRequest request, CancellationToken ct)
    {
        if (!HouseholdKey.TryOf(code, out var key)) return HouseholdErrors.BadCode;
        if (!Guid.TryParse(request.Headers["Idempotency-Key"], out var id) || id == Guid.Empty) return HouseholdRequestErrors.KeyRequired;
        if (!VersionHeader.TryParse(request.Headers.IfMatch, out var seen)) return HouseholdRequestErrors.BadIfMatch;
        var change = await ChangeAsync(request.Body, ct);
        return change.As(c => new CommandRequest(key.Value, id, seen, c));
    }

    private static async Task<Outcome<HouseholdChange>> ChangeAsync(Stream body, CancellationToken ct)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(body, new JsonDocumentOptions { MaxDepth = Format.MaxDepth }, ct);
            if (HasMask(document.RootElement)) return HouseholdRequestErrors.MaskedValue;
            var change = document.Deserialize<HouseholdChange>(Format);
            if (change is null) return HouseholdRequestErrors.BadCommand;
            return Closed.Contains(change.GetType()) ? HouseholdRequestErrors.KindClosed : change;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return HouseholdRequestErrors.BadCommand; // no kind, an unknown one, or members that it does not have
        }
    }

    /// <summary>Screens show 138****1234; sent back, it would replace the number.</summary>
    private static bool HasMask(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Masking.IsMasked(element.GetString()),
        JsonValueKind.Object => element.EnumerateObject().Any(p => HasMask(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(HasMask),
        _ => false,
    };
}
