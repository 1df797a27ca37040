using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Statistics;
using FangFanPin.Tests.Api.Shared;
using Xunit;

namespace FangFanPin.Tests.Api.Statistics;

public sealed class ColdStartTests(ApiServer server) : IClassFixture<ApiServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Until_every_region_has_answered_there_is_a_code_and_a_time_to_come_back_and_then_the_whole_table()
    {
        using var client = await server.SignInAsync("410000000000", "viewer");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        while (true)
        {
            using var answer = await client.GetAsync("/api/v1/regions/410000000000/statistics/2", deadline.Token);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                var table = (await answer.Content.ReadFromJsonAsync<StatisticResponse>(deadline.Token))!;
                Assert.Equal(19, table.Rows.Count); // 合计, 17 cities and 济源
                Assert.All(table.Rows, r => Assert.Null(r.Values[2])); // nobody, so no share of anything
                return;
            }
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            Assert.Equal("statistics.not-ready", (await answer.Content.ReadFromJsonAsync<JsonElement>(deadline.Token)).GetProperty("code").GetString());
            await Task.Yield();
        }
    }
}
