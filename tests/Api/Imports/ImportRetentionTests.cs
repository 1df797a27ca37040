using System.Net;
using FangFanPin.Grains.Imports;
using FangFanPin.Tests.Api.Shared;
using FangFanPin.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FangFanPin.Tests.Api.Imports;

/// <summary>Uploads and what was read from them go when nobody needs them; counts stay.</summary>
public sealed class ImportRetentionTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string County = "411424000000";
    private static readonly string[] Tables = ["import_chunk", "import_new", "import_household", "import_error", "import_refused_row"];
    private readonly string code = "K" + Guid.NewGuid().ToString("N")[..15];

    private async Task<ImportClient> SignInAsync() => new(await server.SignInAsync(County, "importer"), County);

    /// <summary>A good household and a refused row.</summary>
    private string?[][] File => [HostileFiles.Header, [code, HostileFiles.Village, "1", code + "-1", "张三", "男"], [code + "X", HostileFiles.Village, "1", code + "-2", "李四", "雄"]];

    [Fact]
    public async Task A_cancelled_preview_leaves_nothing_but_its_counts()
    {
        using var client = await SignInAsync();
        var import = await client.UploadAsync(File);
        Assert.True(await RowsAsync(import.Id) > 2);
        var cancelled = await client.StepAsync(import.Id, "cancel");
        Assert.Equal(("Cancelled", 1L), (cancelled.Stage, cancelled.Counts.New));
        Assert.Equal(0, await RowsAsync(import.Id));
        Assert.NotNull((await client.GetAsync(import.Id)).PurgedAt);
        await NothingToDoAsync(client, import.Id);
        Assert.Empty(await client.ConflictsAsync(import.Id));
    }

    [Fact]
    public async Task An_import_is_kept_as_long_as_it_says_and_deleted_afterwards()
    {
        using var client = await SignInAsync();
        var keeps = await client.UploadAsync(File);
        var goes = await client.UploadAsync(File);
        Assert.Equal(1, (await client.StepAsync(goes.Id, "commit")).Counts.Written);
        await AgeAsync(keeps.Id, 29);
        await AgeAsync(goes.Id, 31);
        await server.Services.GetRequiredService<ImportRetention>().SweepAsync(TestContext.Current.CancellationToken);
        Assert.True(await RowsAsync(keeps.Id) > 2);
        Assert.Null((await client.GetAsync(keeps.Id)).PurgedAt);
        Assert.Equal(0, await RowsAsync(goes.Id));
        await NothingToDoAsync(client, goes.Id);
        Assert.Equal((1L, "Done"), (await client.GetAsync(goes.Id)) is var job ? (job.Counts.Written, job.Stage) : default);
        Assert.Equal("张三", (await client.HouseholdAsync(code)).GetProperty("members")[0].GetProperty("Name").GetString());
    }

    private static async Task NothingToDoAsync(ImportClient client, string id)
    {
        foreach (var step in new[] { "commit", "undo" })
            Assert.Equal((HttpStatusCode.Conflict, "import.purged-conflict"), await client.RefusedAsync(HttpMethod.Post, $"/api/v1/imports/{id}/{step}"));
        Assert.Equal((HttpStatusCode.Conflict, "import.purged-conflict"), await client.RefusedAsync(HttpMethod.Get, $"/api/v1/imports/{id}/error-workbook.xlsx"));
    }

    private Task AgeAsync(string id, int days) => PostgresCluster.ExecuteAsync(server.AdminConnectionString, $"""
        update import_job set created_at = now() - interval '{days} days',
            job = case when job ->> 'FinishedAt' is null then job else job || jsonb_build_object('FinishedAt', now() - interval '{days} days') end
        where id = '{id}'
        """);

    private async Task<long> RowsAsync(string id)
    {
        var rows = 0L;
        foreach (var table in Tables) rows += await ImportClient.CountAsync(server.AdminConnectionString, $"select count(*) from {table} where import_id = '{id}'");
        return rows;
    }
}
