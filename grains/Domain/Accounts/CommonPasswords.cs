using System.Collections.Frozen;

namespace FangFanPin.Domain.Accounts;

/// <summary>
/// Passwords that are tried first: a bundled list of words, and what follows from rules: names in pinyin, walks over the keyboard and the alphabet,
/// repeated groups. Everything in lower case.
/// </summary>
internal static class CommonPasswords
{
    private const int WalkMin = 4;

    /// <summary>Of a password that is more than walks and repetitions.</summary>
    private const int FreeMin = 5;

    private const string Surnames = """
        wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang feng yu dong xiao cheng cao yuan deng
        fu shen zeng peng lv su lu jiang cai jia ding wei xue ye yan pan du dai xia zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang
        mao qiu qin gu hou shao meng long wan duan lei qian yin yi chang qiao lai gong wen pang
        """;

    private const string GivenNames = """
        wei fang min jing jun yong jie juan tao ming chao xia ping gang hui hong yan li na lei qiang yang bin bo peng fei hao long xin yu hua jian guo qing lin mei
        ling dan ning kai liang dong feng chen xue ying lan jia wen rui xiang hai bing rong ting zhen xiu
        xiuying guiying xiulan yulan guihua jianguo jianhua zhiqiang xiaoming xiaohong guoqiang haiyan xiaoli lihua yumei shuying guilan xiuzhen haitao zihan zixuan
        haoran yuxuan yichen mengqi xiaodong zhigang wenjun weiwei lili fangfang tingting jingjing
        """;

    /// <summary>Rows, columns and the alphabet, as fingers and eyes go along them.</summary>
    private static readonly string[] Paths =
        ["01234567890123456789", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "abcdefghijklmnopqrstuvwxyz", "!@#$%^&*()_+", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "qazwsxedcrfvtgbyhnujmikolp", "147258369", "159753"];

    private static readonly FrozenSet<string> Steps = Paths.SelectMany(Neighbours).ToFrozenSet(StringComparer.Ordinal);
    private static readonly Lazy<FrozenSet<string>> All = new(() => Listed().Concat(People()).ToFrozenSet(StringComparer.Ordinal));

    public static int Count => All.Value.Count;

    /// <param name="lower">In lower case; with or without what decorates it.</param>
    public static bool Has(string lower) => All.Value.Contains(lower) || IsRepeated(lower);

    /// <summary>Hardly more than walks and runs of one character.</summary>
    /// <param name="lower">The whole password.</param>
    public static bool IsWalk(string lower) => FreeOf(lower) < FreeMin;

    /// <summary>Characters that stand in no walk of four and more, and in no run of one character.</summary>
    private static int FreeOf(string text)
    {
        var free = 0;
        for (var i = 0; i < text.Length;)
        {
            var end = i + 1;
            while (end < text.Length && (text[end] == text[end - 1] || Steps.Contains(text[(end - 1)..(end + 1)]))) end++;
            if (end - i < WalkMin) free += end - i;
            i = end;
        }
        return free;
    }

    /// <summary>A group of up to eight characters and nothing else.</summary>
    private static bool IsRepeated(string text) =>
        Enumerable.Range(1, 8).Any(n => text.Length >= 2 * n && text.Length > 5 && Enumerable.Range(n, text.Length - n).All(i => text[i] == text[i - n]));

    private static IEnumerable<string> Neighbours(string path) =>
        Enumerable.Range(0, path.Length - 1).SelectMany(i => new[] { $"{path[i]}{path[i + 1]}", $"{path[i + 1]}{path[i]}" });

    /// <summary>Whole names, their initials with the name before or behind, and what is said to people of such names.</summary>
    private static IEnumerable<string> People() =>
        from surname in Words(Surnames)
        from given in Words(GivenNames)
        from form in new[] { $"{surname}{given}", $"{given}{surname}", $"woai{surname}{given}", $"{surname}{given}aini" }
        select form;

    private static IEnumerable<string> Listed()
    {
        using var stream = typeof(PasswordPolicy).Assembly.GetManifestResourceStream("data/common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#');
    }

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
