using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using FangFanPin.Domain.Sealing;
using FangFanPin.Storage.Sealing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FangFanPin.Tests.Postgres.Sealing;

/// <summary>Keys kept by a key service. The service is a small one of our own that speaks the same HTTP, with a key that never leaves it.</summary>
public sealed class KeyProviderTests : IAsyncLifetime
{
    private const string Token = "t-0001";
    private readonly string folder = Directory.CreateTempSubdirectory("ffp-keys-").FullName;
    private readonly byte[] master = RandomNumberGenerator.GetBytes(32);
    private readonly List<string> asked = [];
    private WebApplication service = null!;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private KeySettings Settings => new()
    {
        Provider = TransitKeyProvider.ProviderName,
        Transit = new TransitOptions { Address = service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(), TokenFile = Path.Combine(folder, "token") },
    };

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        service = builder.Build();
        service.Urls.Add("http://127.0.0.1:0");
        service.MapPost("/v1/transit/{act}/fangfanpin", AnswerAsync);
        await service.StartAsync(Ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), Token + "\n", Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_file_holds_no_key_and_every_process_gets_the_same_ring_from_the_service()
    {
        var ring = Settings.FileIn(folder).OpenOrCreate();
        Settings.FileIn(folder).Write(ring.WithNewKeys(KeySuite.National));
        var text = File.ReadAllText(Path.Combine(folder, "keys.json"));
        var read = Settings.FileIn(folder).Read();
        Assert.Equal((2, 2), (read.Seals.Count, read.Indexes.Count));
        foreach (var key in read.Seals.Concat(read.Indexes))
        {
            Assert.DoesNotContain(Convert.ToBase64String(key.Bytes), text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(key.Bytes), text, StringComparison.OrdinalIgnoreCase);
        }
        Assert.Equal(ring.Seal.Bytes, read.FindSeal(1)!.Bytes);
        Assert.Contains("encrypt", asked);
        Assert.Contains("decrypt", asked);
    }

    [Fact]
    public void Keys_that_stood_in_the_file_go_into_the_service_with_the_next_writing_and_open_what_they_sealed()
    {
        var plain = new KeyRingFile(Path.Combine(folder, "keys.json"));
        var before = plain.OpenOrCreate();
        var place = new SealPlace("household", "1", 1);
        var box = new RingSealer(before).Seal(place, "甲"u8);
        var file = Settings.FileIn(folder);
        file.Write(file.Read());
        Assert.DoesNotContain(Convert.ToBase64String(before.Seal.Bytes), File.ReadAllText(Path.Combine(folder, "keys.json")), StringComparison.Ordinal);
        Assert.Equal("甲"u8.ToArray(), new RingSealer(file.Read()).Open(place, box));
        Assert.Contains("transit", Assert.Throws<InvalidDataException>(plain.Read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_away_refuses_or_gives_another_key_is_said_and_nothing_is_made_up()
    {
        var file = Settings.FileIn(folder);
        file.OpenOrCreate();
        var path = Path.Combine(folder, "keys.json");
        var content = await File.ReadAllTextAsync(path, Ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), "wrong", Ct);
        Assert.Contains("403", Assert.Throws<InvalidDataException>(file.Read).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), Token, Ct);
        // What was wrapped as an index key does not pass for a sealing key.
        using (var json = JsonDocument.Parse(content))
        {
            string Wrapped(string list) => json.RootElement.GetProperty(list)[0].GetProperty("bytes").GetString()!;
            await File.WriteAllTextAsync(path, content.Replace(Wrapped("seals"), Wrapped("indexes"), StringComparison.Ordinal), Ct);
        }
        Assert.Throws<InvalidDataException>(file.Read);
        await File.WriteAllTextAsync(path, content, Ct);
        await service.StopAsync(Ct);
        Assert.Throws<InvalidDataException>(() => file.OpenOrCreate());
        Assert.Equal(content, await File.ReadAllTextAsync(path, Ct));
    }

    [Theory]
    [InlineData("http://10.0.0.1:8200")]
    [InlineData("kms.example")]
    [InlineData("")]
    public void Keys_go_over_no_network_in_clear(string address) => Assert.Throws<InvalidDataException>(() => new TransitKeyProvider(new TransitOptions { Address = address }));

    private async Task<IResult> AnswerAsync(string act, HttpRequest request)
    {
        asked.Add(act);
        if (request.Headers["X-Vault-Token"] != Token) return Results.StatusCode((int)HttpStatusCode.Forbidden);
        using var body = await JsonDocument.ParseAsync(request.Body);
        using var aes = new AesGcm(master, 16);
        if (act == "encrypt")
        {
            var plain = body.RootElement.GetProperty("plaintext").GetBytesFromBase64();
            var box = new byte[12 + plain.Length + 16];
            RandomNumberGenerator.Fill(box.AsSpan(0, 12));
            aes.Encrypt(box.AsSpan(0, 12), plain, box.AsSpan(12, plain.Length), box.AsSpan(box.Length - 16));
            return Results.Json(new { data = new { ciphertext = "vault:v1:" + Convert.ToBase64String(box) } });
        }
        var sealing = Convert.FromBase64String(body.RootElement.GetProperty("ciphertext").GetString()!["vault:v1:".Length..]);
        var opened = new byte[sealing.Length - 28];
        aes.Decrypt(sealing.AsSpan(0, 12), sealing.AsSpan(12, opened.Length), sealing.AsSpan(sealing.Length - 16), opened);
        return Results.Json(new { data = new { plaintext = Convert.ToBase64String(opened) } });
    }
}
