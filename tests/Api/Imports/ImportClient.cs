using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FangFanPin.Api.Imports;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Api.Imports;

/// <summary>Imports and households over HTTP as one account sees them.</summary>
internal sealed class ImportClient(HttpClient http, string county) : IDisposable
{
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(2);
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public HttpClient Http => http;

    public Task<ImportResponse> UploadAsync(params string?[][] rows) => UploadAsync("", rows);

    /// <summary>Without a preview.</summary>
    public Task<ImportResponse> AtOnceAsync(params string?[][] rows) => UploadAsync("&atOnce=true", rows);

    private async Task<ImportResponse> UploadAsync(string options, string?[][] rows) => await RestAsync(await SendAsync(options, rows));

    /// <summary>Without a preview, and without waiting for its end.</summary>
    /// <returns>The import's id.</returns>
    public Task<string> BeginAtOnceAsync(params string?[][] rows) => SendAsync("&atOnce=true", rows);

    private async Task<string> SendAsync(string options, string?[][] rows)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(HostileFiles.Csv(rows)), "file", "户和成员.csv" } };
        using var answer = await http.PostAsync($"/api/v1/imports?region={county}{options}", form, Ct);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<ImportResponse>(Ct))!.Id;
    }

    public async Task<ImportResponse> StepAsync(string id, string step)
    {
        using var answer = await http.PostAsync($"/api/v1/imports/{id}/{step}", null, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Ct));
        return await RestAsync(id);
    }

    public async Task<(HttpStatusCode Status, string? Problem)> RefusedAsync(HttpMethod method, string path)
    {
        using var answer = await http.SendAsync(new HttpRequestMessage(method, path), Ct);
        var body = await answer.Content.ReadAsStringAsync(Ct);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? null : JsonDocument.Parse(body).RootElement.GetProperty("code").GetString());
    }

    public async Task<ImportResponse> GetAsync(string id) => (await http.GetFromJsonAsync<ImportResponse>($"/api/v1/imports/{id}", Ct))!;

    public async Task<IReadOnlyList<ImportConflictResponse>> ConflictsAsync(string id) =>
        (await http.GetFromJsonAsync<List<ImportConflictResponse>>($"/api/v1/imports/{id}/conflicts", Ct))!;

    public Task<JsonElement> HouseholdAsync(string code) => http.GetFromJsonAsync<JsonElement>($"/api/v1/households/{code}", Ct);

    public async Task CommandAsync(string code, object change, int? version = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/households/{code}/commands") { Content = JsonContent.Create(change, options: JsonSerializerOptions.Default) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (version is not null) request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        using var answer = await http.SendAsync(request, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    public void Dispose() => http.Dispose();

    public async Task<IReadOnlyList<ImportErrorResponse>> ErrorsAsync(string id) =>
        (await http.GetFromJsonAsync<List<ImportErrorResponse>>($"/api/v1/imports/{id}/errors", Ct))!;

    public async Task<ImportResponse> RestAsync(string id)
    {
        var until = DateTime.UtcNow + AtMost;
        while (true)
        {
            var import = await GetAsync(id);
            if (import.Stage is "Previewed" or "Done" or "Cancelled" or "Failed" or "Undone") return import;
            Assert.True(DateTime.UtcNow < until, $"the import should have come to rest, it is {import.Stage}");
            await Task.Delay(50, Ct);
        }
    }

    public static async Task<long> CountAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }
}
