using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace FangFanPin.Storage.Sealing;

/// <summary>Where a key service is.</summary>
public sealed class TransitOptions
{
    /// <summary>E.g. <c>https://kms.example:8200</c>; without TLS only on this machine.</summary>
    public string Address { get; set; } = "";

    /// <summary>Path under which the engine is mounted.</summary>
    public string Mount { get; set; } = "transit";

    /// <summary>Name of the key in the service that wraps ours.</summary>
    public string Key { get; set; } = "fangfanpin";

    /// <summary>File that holds the token; it is read for each use, so that it can be renewed.</summary>
    public string TokenFile { get; set; } = "";
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// A key service that speaks the HTTP interface "transit" (OpenBao, HashiCorp Vault and what imitates them): its key never leaves it, ours go there to
/// be wrapped and unwrapped. Asked when a process starts and when keys are added; a service that is away later disturbs nobody.
/// </summary>
/// <remarks>The purpose travels inside what is wrapped: engines whose key is not a derived one ignore a context.</remarks>
public sealed class TransitKeyProvider : IKeyProvider, IDisposable
{
    public const string ProviderName = "transit";
    private readonly HttpClient http;
    private readonly TransitOptions options;

    /// <exception cref="InvalidDataException">No address, or one that would send keys in clear over a network.</exception>
    public TransitKeyProvider(TransitOptions options, HttpMessageHandler? handler = null)
    {
        if (!Uri.TryCreate(options.Address, UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            throw new InvalidDataException("密钥服务地址须为 https(仅本机可用 http)。");
        this.options = options;
        http = new HttpClient(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address, Timeout = options.Timeout };
    }

    public string Name => ProviderName;

    public byte[] Wrap(byte[] key, string purpose)
    {
        var text = Convert.ToBase64String([.. Encoding.UTF8.GetBytes(purpose + "\n"), .. key]);
        return Encoding.ASCII.GetBytes(Ask("encrypt", new { plaintext = text }, "ciphertext"));
    }

    public byte[] Unwrap(byte[] wrapped, string purpose)
    {
        var plain = Convert.FromBase64String(Ask("decrypt", new { ciphertext = Encoding.ASCII.GetString(wrapped) }, "plaintext"));
        var head = Encoding.UTF8.GetBytes(purpose + "\n");
        return plain.AsSpan().StartsWith(head) ? plain[head.Length..] : throw new InvalidDataException($"密钥服务给出的不是 {purpose} 的密钥。");
    }

    public void Dispose() => http.Dispose();

    private string Ask(string act, object body, string wanted)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/{options.Mount}/{act}/{options.Key}") { Content = JsonContent.Create(body) };
            if (options.TokenFile.Length > 0) request.Headers.Add("X-Vault-Token", File.ReadAllText(options.TokenFile).Trim());
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var response = http.Send(request);
            if (!response.IsSuccessStatusCode) throw new InvalidDataException($"密钥服务拒绝了请求({(int)response.StatusCode})。");
            using var answer = JsonDocument.Parse(response.Content.ReadAsStream());
            return answer.RootElement.GetProperty("data").GetProperty(wanted).GetString() ?? throw new JsonException();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // The answer may hold a key: nothing of it goes into the message.
            throw new InvalidDataException($"密钥服务 {options.Address} 不可用({e.GetType().Name})。");
        }
    }
}
