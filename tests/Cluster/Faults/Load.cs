using FangFanPin.Contracts;
using System.Collections.Concurrent;
using System.Diagnostics;
using FangFanPin.Contracts.Households;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using FangFanPin.Tests.Cluster.Shared;

namespace FangFanPin.Tests.Cluster.Faults;

/// <summary>A command with the answer that it got in the end.</summary>
internal sealed record Answered(string Code, HouseholdCommand Command, CommandAnswer Answer);

/// <summary>
/// Concurrent callers over random households. A caller sends a command until it is answered, the very same one after every failure and
/// whenever an answer takes too long, so that an attempt given up may still be under way when the next one arrives.
/// </summary>
internal sealed class Load(IGrainFactory grains, int seed, IReadOnlyList<RegionCode> villages, int households, int callers)
{
    private static readonly Actor Clerk = new("faults", "测试员", "county-clerk", "410000000000");
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(4);
    private readonly ConcurrentBag<Answered> answered = [];
    private readonly ConcurrentDictionary<string, int> failures = new();
    private readonly ConcurrentDictionary<string, (Guess Guess, long Version)> guesses = new();
    private long lastAnswer;

    /// <summary>Codes are new for every seed and load.</summary>
    public IReadOnlyList<string> Codes { get; } = [.. Enumerable.Range(0, households).Select(i => $"F{Guid.NewGuid():N}"[..12] + $"{i:D4}")];

    public IReadOnlyCollection<Answered> Answers => answered;

    /// <summary>How often which fault was met.</summary>
    public string Failures => failures.IsEmpty ? "none" : string.Join(", ", failures.OrderBy(f => f.Key).Select(f => $"{f.Key} {f.Value}"));

    /// <summary>Time since any caller got an answer.</summary>
    public TimeSpan Silence => Stopwatch.GetElapsedTime(Volatile.Read(ref lastAnswer));

    /// <summary>Calls while <paramref name="faults"/> runs; returns when every command that was ever sent has its answer.</summary>
    public async Task WhileAsync(Func<Task> faults)
    {
        using var stop = new CancellationTokenSource();
        lastAnswer = Stopwatch.GetTimestamp();
        var all = Enumerable.Range(0, callers).Select(i => Task.Run(() => CallAsync(new Random(seed + i), stop.Token))).ToList();
        try
        {
            await faults();
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(all);
        }
    }

    /// <summary>Lets the callers go on until so many more commands are answered.</summary>
    public async Task MoreAnswersAsync(int count)
    {
        var target = answered.Count + count;
        await Patience.UntilAsync(
            () => Task.FromResult(answered.Count >= target ? null : $"{answered.Count} of {target} answers; met: {Failures}"), Patience.Generous);
    }

    private async Task CallAsync(Random random, CancellationToken stop)
    {
        var changes = new RandomChanges(random, villages);
        while (!stop.IsCancellationRequested)
        {
            var code = Codes[random.Next(Codes.Count)];
            var (guess, version) = guesses.GetValueOrDefault(code);
            var change = changes.Next(guess);
            var answer = await AskAsync(code, new HouseholdCommand
            {
                CommandId = Guid.NewGuid(), Actor = Clerk, Change = change, ExpectedVersion = version > 0 && random.Next(3) == 0 ? version : null,
            });
            if (answer.Errors.Count == 0) guesses[code] = (RandomChanges.After(change), answer.Version);
        }
    }

    private async Task<CommandAnswer> AskAsync(string code, HouseholdCommand command)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var answer = await grains.Household(code).ExecuteAsync(command).WaitAsync(AskAgainAfter);
                answered.Add(new Answered(code, command, answer));
                Volatile.Write(ref lastAnswer, Stopwatch.GetTimestamp());
                return answer;
            }
            catch (Exception fault)
            {
                failures.AddOrUpdate(fault.GetType().Name, 1, (_, n) => n + 1);
                if (Stopwatch.GetElapsedTime(started) > Patience.Generous) throw;
                await Task.Delay(100);
            }
        }
    }
}
