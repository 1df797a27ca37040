using CsCheck;
using FangFanPin.Storage.Audit;
using Xunit;

namespace FangFanPin.Tests.Postgres.Audit;

/// <summary>An entry that falls between the gaps would stand in no checkpoint for ever.</summary>
public sealed class UntakenIdsTests
{
    private const long Last = 60;

    [Fact]
    public void Whatever_was_not_taken_lies_in_exactly_one_gap() =>
        Gen.Select(Gen.Long[0, 20], Gen.Select(Gen.Bool, Gen.Long[1, Last].Array[0, 12]).Array[0, 12]).Sample((from, steps) =>
        {
            var (untaken, taken, settled) = (new UntakenIds(from), new HashSet<long>(), from);
            foreach (var (settles, ids) in steps)
            {
                if (settles && ids.Length > 0) untaken.Settle(settled = Math.Max(settled, ids[0]));
                else untaken.Take([.. ids.Distinct().Order()]);
                if (!settles) taken.UnionWith(ids);
                var gaps = untaken.Above.Zip(untaken.Below).ToList();
                for (var id = 1L; id <= Last + 1; id++)
                {
                    if (gaps.Count(g => g.First < id && id < g.Second) != (id > settled && !taken.Contains(id) ? 1 : 0)) return false;
                }
            }
            return true;
        });
}
