using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Records;

namespace FangFanPin.Domain.Imports;

/// <summary>
/// What a household is after a file has spoken: entity by entity, record by record, and only in the columns that the file has. A blank
/// cell empties the value. Records that the file does not name stay as they are: members too, because a person who has left is marked
/// 自然减少 by the national system and not left out, and half an export must not delete the rest of a family.
/// </summary>
public static class ImportDecision
{
    /// <returns>The file after, possibly equal to the one before; errors of <see cref="HouseholdErrors"/> and <see cref="ImportErrors"/>.</returns>
    public static Outcome<HouseholdFile> Decide(HouseholdFile? stored, ImportFile change, DecisionContext context)
    {
        var hasHousehold = change.Columns.ContainsKey(EntityMap.Household.Name);
        if (stored is null && !hasHousehold) return ImportErrors.UnknownHousehold;
        if (stored is null && change.Replaces is not null && context.Predecessor is { } known)
        {
            if (!context.Villages.IsWithin(context.Actor.Region, known.Household.AreaCode ?? "")) return HouseholdErrors.OutsideArea;
            stored = PlatformCode.TakenOver(known, change, context.Code);
        }
        if (stored?.Household.Locked == true) return HouseholdErrors.Locked;
        var merge = new Merge(change, context);
        var file = merge.Into(stored ?? HouseholdFile.Empty, hasHousehold);
        return Faults(file, context) is { } fault ? fault : file;
    }

    private static DomainError? Faults(HouseholdFile file, DecisionContext context)
    {
        if (context.Villages.Find(file.Household.AreaCode) is null) return HouseholdErrors.UnknownVillage;
        if (!context.Villages.IsWithin(context.Actor.Region, file.Household.AreaCode!)) return HouseholdErrors.OutsideArea;
        if (file.Members.Length > HouseholdLimits.MembersMax) return HouseholdErrors.TooManyMembers;
        var most = Math.Max(Math.Max(file.Living.Length, file.Incomes.Length), Math.Max(file.Expenditures.Length, file.Securities.Length));
        return Math.Max(most, Math.Max(file.Episodes.Length, file.Measures.Length)) > HouseholdLimits.RecordsMax ? HouseholdErrors.TooManyRecords : null;
    }

    /// <summary>An id that the same household and key always get, so that the same file read again names the same record.</summary>
    internal static string IdOf(string kind, string code, string key)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{code}\n{key}"), hash);
        hash[6] = (byte)(hash[6] & 0x0F | 0x80);
        hash[8] = (byte)(hash[8] & 0x3F | 0x80);
        return new Guid(hash[..16], bigEndian: true).ToString();
    }

    private sealed class Merge(ImportFile change, DecisionContext context)
    {
        public HouseholdFile Into(HouseholdFile stored, bool hasHousehold)
        {
            var incoming = change.Incoming;
            var household = hasHousehold ? One(EntityMap.Household, stored.Household, incoming.Household) : stored.Household;
            return stored with
            {
                Household = LifecycleDecision.Placed(household with { HouseholdCode = context.Code }, context),
                Members = [.. Keyed(EntityMap.Member, stored.Members, incoming.Members).Select(MemberDecision.WithCertificateDate)],
                Living = [.. Keyed(EntityMap.LivingCondition, stored.Living, incoming.Living).OrderBy(r => r.StatYear)],
                Incomes = [.. Keyed(EntityMap.AnnualIncome, stored.Incomes, incoming.Incomes).OrderBy(r => r.StatYear)],
                Expenditures = [.. Keyed(EntityMap.AnnualExpenditure, stored.Expenditures, incoming.Expenditures).OrderBy(r => r.StatYear)],
                Securities = [.. Keyed(EntityMap.SecurityStatus, stored.Securities, incoming.Securities).OrderBy(r => r.CollectedOn)],
                Episodes = Episodes(stored.Episodes, incoming.Episodes),
                Measures = Measures(stored.Measures, incoming.Measures),
            };
        }

        private TEntity One<TEntity>(EntityMap map, TEntity stored, TEntity incoming) where TEntity : Entity
        {
            var (fields, extras) = map.Named(change.Columns.GetValueOrDefault(map.Name, []));
            return map.Merge(stored, incoming, fields, extras);
        }

        /// <summary>Stored records keep their places, new ones follow.</summary>
        private IEnumerable<TEntity> Keyed<TEntity>(EntityMap map, ImmutableArray<TEntity> stored, ImmutableArray<TEntity> incoming) where TEntity : Entity
        {
            if (incoming.IsEmpty) return stored;
            if (stored.IsEmpty) return incoming;
            var byKey = incoming.ToDictionary(r => map.Key.Text(r) ?? "", StringComparer.Ordinal);
            var merged = stored.Select(r => byKey.Remove(map.Key.Text(r) ?? "", out var next) ? One(map, r, next) : r).ToList();
            return merged.Concat(incoming.Where(r => byKey.ContainsKey(map.Key.Text(r) ?? "")));
        }

        /// <summary>By 监测记录号; without one by 识别监测时间, then by 监测次序.</summary>
        private ImmutableArray<RiskEpisode> Episodes(ImmutableArray<RiskEpisode> stored, ImmutableArray<RiskEpisode> incoming)
        {
            if (incoming.IsEmpty) return stored;
            var all = stored.ToList();
            foreach (var next in incoming.OrderBy(e => e.RecognizedMonth?.Number ?? int.MaxValue).ThenBy(e => e.EpisodeNo ?? int.MaxValue))
            {
                var at = all.FindIndex(e => Same(e, next));
                if (at < 0) at = all.FindIndex(0, stored.Length, e => (IsOursOf(e, next) || IsNumbered(e, next)) && !incoming.Any(i => i.EpisodeId == e.EpisodeId));
                if (at >= 0) all[at] = One(EntityMap.RiskEpisode, all[at], next with { EpisodeId = next.EpisodeId ?? all[at].EpisodeId, HouseholdCode = context.Code, EpisodeNo = next.EpisodeNo ?? all[at].EpisodeNo });
                else all.Add(New(next, all));
            }
            return [.. all.OrderBy(e => e.EpisodeNo)];
        }

        private static bool Same(RiskEpisode stored, RiskEpisode next)
        {
            if (next.EpisodeId is { } id) return stored.EpisodeId == id;
            return next.RecognizedMonth is { } month ? stored.RecognizedMonth == month : stored.EpisodeNo == next.EpisodeNo;
        }

        /// <summary>What the platform has recognised and the national system now has under a number of its own: one and the same, for nobody is at risk twice at once.</summary>
        private static bool IsOursOf(RiskEpisode stored, RiskEpisode next) =>
            stored is { InNationalSystem: YesNo.No, RiskEliminated: not YesNo.Yes } && next is { EpisodeId: not null, RiskEliminated: not YesNo.Yes };

        /// <summary>What came without a number, or in the household's own columns alone, and now has its number.</summary>
        private bool IsNumbered(RiskEpisode stored, RiskEpisode next) =>
            next.EpisodeId is not null && next.RecognizedMonth is not null && stored.RecognizedMonth == next.RecognizedMonth && Monitoring.IsUnnumbered(context.Code, stored);

        private RiskEpisode New(RiskEpisode next, List<RiskEpisode> all) => next with
        {
            EpisodeId = next.EpisodeId ?? FreeId("episode", RecordMerge.KeyOf(next), id => all.Exists(e => e.EpisodeId == id)),
            HouseholdCode = context.Code,
            EpisodeNo = next.EpisodeNo ?? all.Select(e => e.EpisodeNo ?? 0).DefaultIfEmpty(0).Max() + 1,
        };

        /// <summary>
        /// By 措施ID; without one by item, and by start, person and episode as far as the file has them. A stored blank fits any value, so a
        /// file with dates completes what a wide file without dates began.
        /// </summary>
        private ImmutableArray<Measure> Measures(ImmutableArray<Measure> stored, ImmutableArray<Measure> incoming)
        {
            if (incoming.IsEmpty) return stored;
            var all = stored.ToList();
            var taken = new HashSet<int>();
            foreach (var next in incoming)
            {
                var at = BestFit(all, taken, next);
                if (at >= 0)
                {
                    taken.Add(at);
                    all[at] = One(EntityMap.Measure, all[at], next with { MeasureId = all[at].MeasureId, HouseholdCode = context.Code });
                }
                else
                {
                    taken.Add(all.Count);
                    all.Add(next with { MeasureId = next.MeasureId ?? FreeId("measure", RecordMerge.NaturalKey(next), id => all.Exists(m => m.MeasureId == id)), HouseholdCode = context.Code });
                }
            }
            return [.. all];
        }

        /// <summary>The key's own id, or its second when a record that has since got another key holds the first.</summary>
        private string FreeId(string kind, string key, Func<string, bool> taken)
        {
            var id = IdOf(kind, context.Code, key);
            for (var n = 2; taken(id); n++) id = IdOf(kind, context.Code, $"{key}#{n}");
            return id;
        }

        private int BestFit(List<Measure> all, HashSet<int> taken, Measure next)
        {
            if (next.MeasureId is { } id) return all.FindIndex(m => m.MeasureId == id);
            var best = Enumerable.Range(0, all.Count).Where(i => !taken.Contains(i) && all[i].Item == next.Item)
                .Select(i => (At: i, Fit: Fit(all[i], next))).Where(f => f.Fit >= 0).OrderByDescending(f => f.Fit).ThenBy(f => f.At).FirstOrDefault((-1, 0));
            return best.Item1;
        }

        /// <summary>Number of equal parts of the key; negative when one contradicts.</summary>
        private int Fit(Measure stored, Measure next)
        {
            var columns = change.Columns.GetValueOrDefault(EntityMap.Measure.Name, []);
            var fit = 0;
            foreach (var id in NaturalParts)
            {
                var field = EntityMap.Measure.Find(id)!;
                if (!columns.Contains(id)) continue;
                if (field.Same(stored, next)) fit++;
                else if (!field.IsEmpty(stored)) return -1;
            }
            return fit;
        }

        private static readonly string[] NaturalParts = [nameof(Measure.StartedOn), nameof(Measure.PersonCode), nameof(Measure.EpisodeId)];
    }

    /// <summary>The command id of one household's share of an import: the same import repeated is the same command.</summary>
    /// <param name="step">What is done: <c>commit</c> or <c>undo</c>.</param>
    public static Guid CommandIdOf(Guid importId, string step, string householdCode)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{importId:N}\n{step}\n{householdCode}"), hash);
        return new Guid(hash[..16]);
    }
}
