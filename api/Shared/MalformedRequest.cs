using System.Text.Json;
using System.Text.RegularExpressions;
using FangFanPin.Domain;

namespace FangFanPin.Api.Shared;

/// <summary>
/// The framework says which part of a request it could not read in the text of its exception alone; what the sender wrote stays out of the answer.
/// </summary>
internal static partial class MalformedRequest
{
    private static readonly DomainError Unreadable = new("request.malformed", "请求内容无法识别。");

    /// <returns><c>request.malformed</c>, with the parameter or the place in the body as its field where that is known.</returns>
    public static DomainError Of(BadHttpRequestException exception)
    {
        if (exception.InnerException is JsonException { Path: { } path }) return PathOf(path) is { } place ? At(place) : Unreadable;
        var named = Parameter().Match(exception.Message);
        if (!named.Success) return Unreadable;
        var field = JsonNamingPolicy.CamelCase.ConvertName(named.Groups["name"].Value);
        return named.Groups["missing"].Success ? Unreadable with { Message = $"缺少参数 {field}。", Field = field } : At(field);
    }

    private static DomainError At(string field) => Unreadable with { Message = $"{field} 的值无法识别。", Field = field };

    /// <summary>Names and numbers alone: a name of the sender's own making may hold anything.</summary>
    private static string? PathOf(string path) => Place().Match(path) is { Success: true } place ? place.Groups["place"].Value : null;

    [GeneratedRegex("""^(?:Failed to bind|(?<missing>Required)) parameter "[^"]*?(?<name>\w+)"(?: from | was )""")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\$\.(?<place>[A-Za-z0-9_.\[\]]{1,80})$")]
    private static partial Regex Place();
}
