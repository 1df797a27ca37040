namespace FangFanPin.Domain.Demo;

/// <summary>Names as they are heard in Henan: surnames by frequency, given names by sex and by the fashion of the birth year. Nobody is meant.</summary>
internal static class DemoNames
{
    private static readonly string[] Surnames =
    [
        "王", "李", "张", "刘", "杨", "赵", "陈", "郭", "马", "孙", "朱", "徐", "高", "胡", "吴", "宋", "周", "闫", "杜", "韩",
        "许", "董", "冯", "任", "程", "魏", "崔", "田", "梁", "袁", "孟", "曹", "常", "史", "秦", "侯", "谢", "郑", "贾", "苏",
        "范", "丁", "姚", "卢", "石", "彭", "余", "牛", "白", "何", "黄", "段", "申", "邢", "曾", "乔", "靳", "付", "尚", "司",
    ];

    private static readonly int[] SurnameSums = RunningSums(
        990, 960, 930, 520, 360, 320, 310, 290, 240, 220, 180, 170, 170, 160, 160, 150, 150, 140, 130, 130,
        120, 110, 100, 100, 100, 100, 95, 90, 90, 90, 85, 85, 80, 80, 80, 80, 75, 75, 70, 70,
        65, 65, 60, 60, 60, 55, 55, 55, 55, 50, 50, 45, 45, 45, 40, 40, 40, 40, 35, 30);

    private static readonly string[] MenFirst = Letters("国建德文明玉学志永金富春福万保长成新广兴");
    private static readonly string[] MenOld = Letters("富贵山林海义军民生华田河才安喜全亮成武忠祥友顺法堂");
    private static readonly string[] MenNew = Letters("强伟涛鹏飞磊杰超勇刚斌凯浩辉宁帅龙洋旭阳");
    private static readonly string[] MenYoungFirst = Letters("子浩宇俊梓一明家博嘉天泽铭");
    private static readonly string[] MenYoungLast = Letters("轩豪涵宇泽辰博睿航阳晨杰恒然");
    private static readonly string[] WomenFirst = Letters("秀桂玉凤春爱素淑兰巧金翠月瑞荣");
    private static readonly string[] WomenOld = Letters("英兰珍荣枝花梅芝莲云香琴芬娥玲");
    private static readonly string[] WomenNew = Letters("丽娟敏静霞红燕娜艳芳慧玲晶萍丹");
    private static readonly string[] WomenYoungFirst = Letters("梓雨欣诗思可佳一紫若语");
    private static readonly string[] WomenYoungLast = Letters("涵萱怡欣琪妍彤瑶婷悦晨");
    private static readonly string[] Settlements = Letters("庄楼寨岗营集湾坡堂桥");

    public static string Surname(DemoRandom random) => Surnames[random.Weighted(SurnameSums)];

    /// <summary>Half a village shares a surname, the one that its name shows if it shows one.</summary>
    public static string MainSurname(string villageName, DemoRandom random)
    {
        foreach (var c in villageName)
        {
            var at = Array.IndexOf(Surnames, c.ToString());
            if (at >= 0) return Surnames[at];
        }
        return Surname(random);
    }

    public static string Settlement(DemoRandom random) => Surname(random) + random.Pick(Settlements);

    /// <summary>A given name; men of one generation of a family may share the first character (<paramref name="shared"/>, 字辈).</summary>
    public static string Given(DemoRandom random, bool man, int birthYear, string? shared) => birthYear switch
    {
        < 1975 => (man ? shared ?? random.Pick(MenFirst) : random.Pick(WomenFirst)) + random.Pick(man ? MenOld : WomenOld),
        < 2003 => (random.Chance(0.45) ? "" : man ? shared ?? random.Pick(MenFirst) : random.Pick(WomenFirst)) + random.Pick(man ? MenNew : WomenNew),
        _ => random.Pick(man ? MenYoungFirst : WomenYoungFirst) + random.Pick(man ? MenYoungLast : WomenYoungLast),
    };

    public static string GenerationLetter(long key) => MenFirst[(int)(DemoRandom.Hash(key, 71) % (ulong)MenFirst.Length)];

    private static string[] Letters(string all) => [.. all.Select(c => c.ToString())];

    private static int[] RunningSums(params int[] weights)
    {
        for (var i = 1; i < weights.Length; i++) weights[i] += weights[i - 1];
        return weights;
    }
}
