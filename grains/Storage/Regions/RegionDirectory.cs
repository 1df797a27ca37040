using FangFanPin.Domain.Regions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FangFanPin.Storage.Regions;

/// <summary>Seeds the tree at the first start, keeps this process's copy and looks every second whether it is still the newest.</summary>
public sealed partial class RegionDirectory(IRegionStore store, TimeProvider clock, ILogger<RegionDirectory> log) : BackgroundService, IRegions
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim refreshing = new(1);
    private volatile RegionTree tree = RegionTree.Empty;

    public RegionTree Tree => tree;

    public async Task RefreshAsync(CancellationToken ct)
    {
        await refreshing.WaitAsync(ct);
        try
        {
            if (tree.Count == 0 || await store.VersionAsync(ct) != tree.Version) tree = await store.LoadAsync(ct);
        }
        finally
        {
            refreshing.Release();
        }
    }

    /// <summary>Nothing works without a tree, so the process does not report itself started before it has one.</summary>
    public override async Task StartAsync(CancellationToken ct)
    {
        await store.SeedAsync(ct);
        await RefreshAsync(ct);
        await base.StartAsync(ct);
    }

    protected override async Task ExecuteAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (await timer.WaitForNextTickAsync(ct))
        {
            try
            {
                await RefreshAsync(ct);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogNotRefreshed(fault); // the copy stays, one second older each time
            }
        }
    }

    public override void Dispose()
    {
        refreshing.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The region tree could not be looked at.")]
    private partial void LogNotRefreshed(Exception fault);
}
