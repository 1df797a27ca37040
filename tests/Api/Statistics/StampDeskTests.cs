using System.Diagnostics;
using FangFanPin.Api.Statistics;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Regions;
using Xunit;

namespace FangFanPin.Tests.Api.Statistics;

public sealed class StampDeskTests
{
    private static readonly Region Province = new(RegionCode.Parse("410000000000"), "河南省", RegionLevel.Province, null);

    [Fact]
    public async Task Who_comes_while_a_call_is_under_way_shares_the_next_one()
    {
        var calls = new List<TaskCompletionSource<FigureStamp>>();
        var desk = new StampDesk(_ => Started(calls), TimeSpan.Zero);
        var first = desk.GetAsync(Province);
        var later = Enumerable.Range(0, 5).Select(_ => desk.GetAsync(Province)).ToList();
        Assert.Single(calls);
        calls[0].SetResult(Stamp(1));
        Assert.Equal(1, (await first).Change);
        Assert.Equal(2, calls.Count);
        calls[1].SetResult(Stamp(2));
        Assert.All(await Task.WhenAll(later), s => Assert.Equal(2, s.Change));
    }

    [Fact]
    public async Task Nobody_gets_a_stamp_from_before_it_asked()
    {
        var now = 0L;
        var desk = new StampDesk(async _ =>
        {
            var seen = Interlocked.Read(ref now);
            await Task.Yield();
            return Stamp(seen);
        }, TimeSpan.Zero);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var before = Interlocked.Increment(ref now);
                Assert.True((await desk.GetAsync(Province)).Change >= before);
            }
        })));
    }

    [Fact]
    public async Task A_failed_call_fails_only_those_who_shared_it()
    {
        var calls = new List<TaskCompletionSource<FigureStamp>>();
        var desk = new StampDesk(_ => Started(calls), TimeSpan.Zero);
        var first = desk.GetAsync(Province);
        var second = desk.GetAsync(Province);
        calls[0].SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        calls[1].SetResult(Stamp(7));
        Assert.Equal(7, (await second).Change);
    }

    [Fact]
    public async Task A_young_answer_is_shared_at_once_and_an_old_one_is_asked_for_again()
    {
        var calls = new List<TaskCompletionSource<FigureStamp>>();
        var keptFor = TimeSpan.FromHours(1);
        var desk = new StampDesk(_ => Started(calls), keptFor);
        var first = desk.GetAsync(Province);
        var beside = desk.GetAsync(Province);
        calls[0].SetResult(Stamp(3));
        Assert.Equal(3, (await first).Change);
        Assert.Equal(3, (await beside).Change);
        Assert.True(desk.GetAsync(Province).IsCompletedSuccessfully);
        Assert.Single(calls);

        var strict = new StampDesk(_ => Started(calls), TimeSpan.Zero);
        _ = strict.GetAsync(Province);
        calls[1].SetResult(Stamp(4));
        _ = strict.GetAsync(Province);
        Assert.Equal(3, calls.Count);
    }

    [Fact]
    public async Task A_failed_call_is_not_kept_for_those_who_come_later()
    {
        var calls = new List<TaskCompletionSource<FigureStamp>>();
        var desk = new StampDesk(_ => Started(calls), TimeSpan.FromHours(1));
        var first = desk.GetAsync(Province);
        calls[0].SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        var second = desk.GetAsync(Province);
        calls[1].SetResult(Stamp(7));
        Assert.Equal(7, (await second).Change);
    }

    [Fact]
    public async Task Nobody_gets_a_stamp_from_longer_before_than_stamps_are_kept()
    {
        var keptFor = TimeSpan.FromMilliseconds(2);
        var desk = new StampDesk(async _ =>
        {
            var asked = Stopwatch.GetTimestamp();
            await Task.Yield();
            return Stamp(asked);
        }, keptFor);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var came = Stopwatch.GetTimestamp();
                Assert.True(Stopwatch.GetElapsedTime((await desk.GetAsync(Province)).Change, came) < keptFor);
            }
        })));
    }

    private static Task<FigureStamp> Started(List<TaskCompletionSource<FigureStamp>> calls)
    {
        calls.Add(new TaskCompletionSource<FigureStamp>());
        return calls[^1].Task;
    }

    private static FigureStamp Stamp(long change) => new() { Complete = true, Epoch = 1, Change = change, AsOf = default, Day = default };
}
