using FangFanPin.Domain.Imports;

namespace FangFanPin.Grains.Imports;

/// <summary>What has come between preview and commit and shows in other households only: a person who now stands elsewhere.</summary>
public sealed class ImportCollisions(IStoredHouseholds stored)
{
    /// <returns>By household code the code of the error that keeps it from being written.</returns>
    public async Task<IReadOnlyDictionary<string, string>> FindAsync(ImportJob job, IReadOnlyList<StagedHousehold> batch, CancellationToken ct)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var standing = await stored.HouseholdsOfAsync([.. batch.SelectMany(PersonsOf).Distinct()], ct);
        foreach (var household in batch)
            if (PersonsOf(household).Any(p => standing[p].Any(code => code != household.Code && code != household.Change!.Replaces)))
                found[household.Code] = ImportErrors.PersonElsewhere.Code;
        foreach (var code in await stored.WithCertificatesElsewhereAsync(job, batch, ct)) found.TryAdd(code, ImportErrors.CertificateElsewhere.Code);
        return found;
    }

    private static IEnumerable<string> PersonsOf(StagedHousehold household) => household.Change!.Incoming.Members.Select(m => m.PersonCode!);
}
