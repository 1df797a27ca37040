using System.Text.Json;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Tests.Api.Access;

/// <summary>
/// Endpoints whose region stands in the body: how to ask them for a region. Whoever declares <c>Area.InBody</c> adds a line, or the matrix
/// cannot say that a neighbour's region is refused.
/// </summary>
internal static class BodyProbes
{
    /// <param name="Path">With its ids.</param>
    /// <param name="About">The region that the request is about.</param>
    internal sealed record Probe(string Path, string Body, string About);

    private static readonly Dictionary<string, Func<Scene, string, string, IEnumerable<Probe>>> All = new()
    {
        ["POST /api/v1/accounts"] = (_, _, region) =>
            [new("/api/v1/accounts", JsonSerializer.Serialize(new { name = $"m{Guid.NewGuid():N}"[..20], displayName = "某人", region }), region)],
        // What lies inside is asked for in a way that changes nothing: without an opinion, of a version that there is not, of no type.
        ["POST /api/v1/cases"] = (scene, _, region) =>
        {
            var household = scene.Find(AreaKinds.Household, region)!;
            return
            [
                new("/api/v1/cases", JsonSerializer.Serialize(new { kind = "report-risk", HouseholdCode = household.Id, RiskSource = "2" }), household.Region),
                new("/api/v1/cases", JsonSerializer.Serialize(new { kind = "propose-elimination", HouseholdCode = household.Id, EliminationMode = "1" }), household.Region),
                new("/api/v1/cases", JsonSerializer.Serialize(new { kind = "open-measures", HouseholdCode = household.Id }), household.Region),
            ];
        },
        ["POST /api/v1/cases/actions"] = (scene, _, region) =>
        {
            var thing = scene.Find(AreaKinds.Case, region)!;
            return [new("/api/v1/cases/actions", JsonSerializer.Serialize(new { items = new[] { new { id = thing.Id, version = 999 } }, action = new { kind = "accept" } }), thing.Region)];
        },
        ["POST /api/v1/visits"] = (scene, _, region) =>
        {
            var household = scene.Find(AreaKinds.Household, region)!;
            var visit = new { id = Guid.NewGuid(), householdCode = household.Id, visitType = "9", visitedAt = DateTimeOffset.UtcNow, findings = "看看", riskFound = false };
            return [new("/api/v1/visits", JsonSerializer.Serialize(new { items = new[] { visit } }), household.Region)];
        },
        ["POST /api/v1/households/{code}/commands"] = (scene, own, region) =>
        {
            var (mine, thing) = (scene.Find(AreaKinds.Household, own)!, scene.Find(AreaKinds.Household, region)!);
            return
            [
                new($"/api/v1/households/{thing.Id}/commands", """{"kind":"amend","Fields":{"Address":"东组"}}""", thing.Region),
                new($"/api/v1/households/{$"N{Guid.NewGuid():N}"[..18]}/commands", JsonSerializer.Serialize(new { kind = "register", Fields = new { AreaCode = thing.Region } }), thing.Region),
                new($"/api/v1/households/{mine.Id}/commands", JsonSerializer.Serialize(new { kind = "move", ToVillage = thing.Region }), thing.Region),
            ];
        },
        // Whether the village is the caller's is asked before whether there is such a row.
        ["POST /api/v1/warnings/batches/{id:guid}/rows/{row:int}/locate"] = (scene, _, region) =>
            [new($"/api/v1/warnings/batches/{Guid.Empty}/rows/1/locate", JsonSerializer.Serialize(new { village = scene.Find(AreaKinds.Household, region)!.Region }), scene.Find(AreaKinds.Household, region)!.Region)],
        ["POST /api/v1/households/search"] = (_, _, region) => [new("/api/v1/households/search", JsonSerializer.Serialize(new { region }), region)],
        ["POST /api/v1/persons/search"] = (_, _, region) => [new("/api/v1/persons/search", JsonSerializer.Serialize(new { household = new { region } }), region)],
    };

    public static bool Has(string endpoint) => All.ContainsKey(endpoint);

    /// <param name="own">The region of whoever asks.</param>
    /// <param name="region">The region asked for.</param>
    /// <returns>Null when nobody said how to ask the endpoint.</returns>
    public static IEnumerable<Probe>? Of(string endpoint, Scene scene, string own, string region) => All.TryGetValue(endpoint, out var make) ? make(scene, own, region) : null;
}
