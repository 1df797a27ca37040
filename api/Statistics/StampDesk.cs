using System.Collections.Concurrent;
using System.Diagnostics;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Statistics;

/// <summary>
/// Asks regions for their stamps, for many requests with one call. A request is never given a stamp that was asked for longer than <c>keptFor</c> before it
/// came: it shares the latest call, under way or answered, while that is young, and else the call that starts next.
/// </summary>
/// <remarks>A shared answer is there at once, and a request that never waits costs a third less: see decision 097.</remarks>
/// <param name="ask">One call to the region.</param>
/// <param name="keptFor">Zero: everybody is answered as if it had asked alone.</param>
public sealed class StampDesk(Func<Region, Task<FigureStamp>> ask, TimeSpan keptFor)
{
    private readonly ConcurrentDictionary<RegionCode, Desk> desks = new();

    public Task<FigureStamp> GetAsync(Region region) =>
        desks.GetOrAdd(region.Code, static (_, desk) => new Desk(desk.ask, desk.keptFor), (ask, keptFor)).GetAsync(region);

    private sealed class Desk(Func<Region, Task<FigureStamp>> ask, TimeSpan keptFor)
    {
        private readonly Lock guard = new();
        private Call? latest;
        private Call? next;

        public Task<FigureStamp> GetAsync(Region region)
        {
            Call own;
            lock (guard)
            {
                if (latest?.IsYoung(keptFor) == true) return latest.Answer;
                if (latest is { Answer.IsCompleted: false }) return (next ??= new Call()).Answer;
                latest = own = new Call();
                own.Begins();
            }
            _ = RunAsync(own, region);
            return own.Answer;
        }

        private async Task RunAsync(Call call, Region region)
        {
            try
            {
                call.Answered(await ask(region));
            }
            catch (Exception fault)
            {
                call.Failed(fault);
            }
            ServeNext(region);
        }

        /// <summary>Those who came meanwhile get a call of their own, with everybody who comes until it starts: now.</summary>
        private void ServeNext(Region region)
        {
            Call waiting;
            lock (guard)
            {
                if (next is null) return;
                (latest, waiting, next) = (next, next, null);
                waiting.Begins();
            }
            _ = RunAsync(waiting, region);
        }
    }

    private sealed class Call
    {
        private readonly TaskCompletionSource<FigureStamp> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long begun;

        public Task<FigureStamp> Answer => answer.Task;

        public void Begins() => begun = Stopwatch.GetTimestamp();

        public bool IsYoung(TimeSpan keptFor) => !answer.Task.IsFaulted && Stopwatch.GetElapsedTime(begun) < keptFor;

        public void Answered(FigureStamp stamp) => answer.SetResult(stamp);

        public void Failed(Exception fault) => answer.SetException(fault);
    }
}
