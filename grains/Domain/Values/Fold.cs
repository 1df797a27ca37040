using System.Buffers;

namespace FangFanPin.Domain.Values;

/// <summary>Takes away the differences of writing that mean nothing: width, spaces, brackets.</summary>
public static class Fold
{
    private static readonly SearchValues<char> Brackets = SearchValues.Create("()[]{}〔〕【】");

    /// <summary>Full-width forms (U+FF01 to U+FF5E) as ASCII, the ideographic space as a space.</summary>
    public static char Width(char c) => c switch
    {
        >= '！' and <= '～' => (char)(c - 0xFEE0),
        '\u3000' or '\u00A0' => ' ',
        _ => c,
    };

    /// <summary>Every character folded by <see cref="Width(char)"/>; the same string when nothing changes.</summary>
    public static string Width(string text)
    {
        foreach (var c in text)
        {
            if (Width(c) != c) return string.Create(text.Length, text, static (span, source) => Width(source, span));
        }
        return text;
    }

    /// <summary>Folds into <paramref name="target"/>, which is at least as long.</summary>
    public static void Width(ReadOnlySpan<char> text, Span<char> target)
    {
        for (var i = 0; i < text.Length; i++) target[i] = Width(text[i]);
    }

    /// <summary>For comparing labels: width folded, without spaces and bracket signs, upper case; the brackets' text stays.</summary>
    public static string Label(ReadOnlySpan<char> text)
    {
        var buffer = text.Length <= 256 ? stackalloc char[text.Length] : new char[text.Length];
        var length = 0;
        foreach (var raw in text)
        {
            var c = Width(raw);
            if (char.IsWhiteSpace(c) || Brackets.Contains(c) || c == '\uFEFF') continue;
            buffer[length++] = char.ToUpperInvariant(c is '：' ? ':' : c);
        }
        return buffer[..length].ToString();
    }

    /// <summary>Without every bracket and what stands in it.</summary>
    public static string WithoutBrackets(string text)
    {
        var kept = new System.Text.StringBuilder(text.Length);
        var depth = 0;
        foreach (var raw in text)
        {
            var c = Width(raw);
            if (c == '(') depth++;
            else if (c == ')') depth = Math.Max(0, depth - 1);
            else if (depth == 0) kept.Append(raw);
        }
        return kept.ToString();
    }
}
