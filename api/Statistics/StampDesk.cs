using System.Collections.Concurrent;
using FangFanPin.Contracts.Rollup;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Api.Statistics;

/// <summary>
/// Asks regions for their stamps, for many requests with one call. A request is never given a stamp that was asked for before it came: it joins the call that
/// starts after the one under way. So the answer is as new as if it had asked alone.
/// </summary>
public sealed class StampDesk(Func<Region, Task<FigureStamp>> ask)
{
    private readonly ConcurrentDictionary<RegionCode, Desk> desks = new();

    public Task<FigureStamp> GetAsync(Region region) => desks.GetOrAdd(region.Code, static (_, desk) => new Desk(desk), ask).GetAsync(region);

    private sealed class Desk(Func<Region, Task<FigureStamp>> ask)
    {
        private readonly Lock guard = new();
        private bool busy;
        private TaskCompletionSource<FigureStamp>? next;

        public Task<FigureStamp> GetAsync(Region region)
        {
            lock (guard)
            {
                if (busy) return (next ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                busy = true;
            }
            return AskAsync(region);
        }

        private async Task<FigureStamp> AskAsync(Region region)
        {
            try
            {
                return await ask(region);
            }
            finally
            {
                ServeNext(region);
            }
        }

        /// <summary>Those who came meanwhile get a call of their own, with everybody who comes until it starts: now.</summary>
        private void ServeNext(Region region)
        {
            TaskCompletionSource<FigureStamp> waiting;
            lock (guard)
            {
                busy = next is not null;
                if (!busy) return;
                (waiting, next) = (next!, null);
            }
            _ = ForwardAsync(AskAsync(region), waiting);
        }

        private static async Task ForwardAsync(Task<FigureStamp> answer, TaskCompletionSource<FigureStamp> waiting)
        {
            try
            {
                waiting.SetResult(await answer);
            }
            catch (Exception fault)
            {
                waiting.SetException(fault);
            }
        }
    }
}
