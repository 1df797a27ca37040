using System.Collections.Frozen;
using System.Collections.Immutable;
using FangFanPin.Domain.Values;

namespace FangFanPin.Domain.Dictionary;

/// <summary>A code list: 码表. Files carry labels, other labels or codes; all of them are found here.</summary>
public sealed class CodeList
{
    private readonly FrozenDictionary<string, string> codeByText;
    private readonly FrozenDictionary<string, string> codeByFolded;
    private readonly FrozenDictionary<string, string> labelByCode;
    private readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> bySpan;
    private readonly int width;

    public CodeList(string name, string label, IEnumerable<CodeEntry> codes, IReadOnlyDictionary<string, string>? aliases = null)
    {
        (Name, Label, Codes) = (name, label, [.. codes]);
        Aliases = (aliases ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal);
        labelByCode = Codes.ToFrozenDictionary(c => c.Code, c => c.Label, StringComparer.Ordinal);
        codeByText = Codes.Concat(Codes.Select(c => new CodeEntry(c.Code, c.Code))).DistinctBy(c => c.Label)
            .ToFrozenDictionary(c => c.Label, c => c.Code, StringComparer.Ordinal);
        codeByFolded = Folded();
        bySpan = codeByText.GetAlternateLookup<ReadOnlySpan<char>>();
        width = Codes.All(c => c.Code.Length == Codes[0].Code.Length && c.Code.All(char.IsAsciiDigit)) ? Codes[0].Code.Length : 0;
    }

    /// <summary>e.g. <c>Education</c>.</summary>
    public string Name { get; }
    public string Label { get; }
    public ImmutableArray<CodeEntry> Codes { get; }

    /// <summary>Text that files carry in place of a label → code.</summary>
    public ImmutableSortedDictionary<string, string> Aliases { get; }

    public bool Contains(string code) => labelByCode.ContainsKey(code);
    public string? LabelOf(string code) => labelByCode.GetValueOrDefault(code);
    public CodeList With(string alias, string code) => new(Name, Label, Codes, Aliases.SetItem(alias, code));

    /// <summary>The code for a code, label or alias; null when the text is none. Width, spaces and brackets do not matter.</summary>
    public string? CodeOf(ReadOnlySpan<char> text)
    {
        if (bySpan.TryGetValue(text, out var code)) return code;
        var folded = Fold.Label(text);
        if (codeByFolded.TryGetValue(folded, out code)) return code;
        return WithZeros(folded) is { } padded && codeByText.TryGetValue(padded, out code) ? code : null;
    }

    /// <summary>Spreadsheets read 03 as the number 3: in lists of equally long digit codes the zeros are put back.</summary>
    private string? WithZeros(string text) =>
        text.Length > 0 && text.Length < width && text.All(char.IsAsciiDigit) ? text.PadLeft(width, '0') : null;

    private FrozenDictionary<string, string> Folded()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (code, label) in Codes) texts.TryAdd(Fold.Label(label), code);
        foreach (var (code, _) in Codes) texts.TryAdd(Fold.Label(code), code);
        foreach (var (alias, code) in Aliases) texts.TryAdd(Fold.Label(alias), code);
        var unbracketed = Codes.Select(c => (Text: Fold.Label(Fold.WithoutBrackets(c.Label)), c.Code)).ToLookup(c => c.Text, c => c.Code);
        foreach (var group in unbracketed.Where(g => g.Count() == 1)) texts.TryAdd(group.Key, group.Single());
        return texts.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <param name="Code">With its leading zeros.</param>
public sealed record CodeEntry(string Code, string Label);
