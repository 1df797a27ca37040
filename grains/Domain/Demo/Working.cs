namespace FangFanPin.Domain.Demo;

/// <summary>Who works where, for how long and for what wage; who holds a public post (公益性岗位).</summary>
internal static class Working
{
    private static readonly int[] Regions = [24, 44, 66, 99, 100];
    private static readonly string[] NearChannels = ["03", "05", "06", "08", "08", "09", "10"];
    private static readonly string[] FarChannels = ["01", "01", "01", "02", "08", "10", "10"];
    private static readonly string[] Posts = ["2", "2", "2", "3", "1", "5", "6", "7", "9"];

    private static readonly (string Place, string Code)[] InProvince =
    [
        ("河南省郑州市金水区", "410105"), ("河南省郑州市新郑市", "410184"), ("河南省郑州市中牟县", "410122"), ("河南省洛阳市洛龙区", "410311"),
        ("河南省许昌市长葛市", "411082"), ("河南省新乡市红旗区", "410702"), ("河南省商丘市梁园区", "411402"), ("河南省郑州市荥阳市", "410182"),
    ];

    private static readonly (string Place, string Code)[] OutOfProvince =
    [
        ("江苏省苏州市昆山市", "320583"), ("浙江省宁波市鄞州区", "330212"), ("浙江省杭州市萧山区", "330109"), ("广东省东莞市", "441900"), ("上海市浦东新区", "310115"),
        ("广东省深圳市宝安区", "440306"), ("北京市大兴区", "110115"), ("江苏省无锡市江阴市", "320281"), ("福建省泉州市晋江市", "350582"), ("新疆维吾尔自治区昌吉州昌吉市", "652301"),
    ];

    public static void Fill(FamilyDraft family)
    {
        foreach (var person in family.Active) Fill(family, person);
    }

    private static void Fill(FamilyDraft family, PersonDraft person)
    {
        var random = family.Random;
        if (!person.AbleToWork || person.Destitute) return;
        if (person.Age < 70 && random.Chance(person.Labor == "5" ? 0.16 : 0.025)) TakePost(family, person);
        else if (person.Labor == "2" || person.Education is "5" or "6" || random.Chance(person.Labor == "1" ? 0.83 : person.Age < 65 ? 0.22 : 0.06)) TakeJob(family, person);
        else if (person.Labor == "1") person.Plans = random.Chance(0.25);
    }

    private static void TakePost(FamilyDraft family, PersonDraft person)
    {
        person.Working = true;
        person.Post = family.Random.Pick(Posts);
        person.PostMonths = family.Random.Between(5, 12);
        person.PostWageMonthly = family.Random.Between(4, 12) * 100;
        (person.WorkRegion, person.WorkMonths, person.Channel) = (1, person.PostMonths, "04");
        Home(family, person);
    }

    private static void TakeJob(FamilyDraft family, PersonDraft person)
    {
        var random = family.Random;
        var near = person.Labor == "5" || person.Age >= 56;
        person.Working = true;
        person.WorkRegion = near ? random.Between(1, 2) : random.Weighted(Regions) + 1;
        person.WorkMonths = near ? random.Between(3, 8) : random.Between(6, 12);
        person.WageMonthly = near ? random.Between(8, 20) * 100 : random.Between(22, person.Labor == "2" ? 68 : 48) * 100 + (person.WorkRegion >= 4 ? 500 : 0);
        person.Channel = random.Pick(person.WorkRegion <= 2 ? NearChannels : FarChannels);
        if (person.WorkRegion <= 2) Home(family, person);
        else (person.WorkPlace, person.WorkCounty) = person.WorkRegion switch
        {
            3 => random.Pick(InProvince),
            4 => random.Pick(OutOfProvince),
            _ => ("国外(境外)", "000000"),
        };
    }

    private static void Home(FamilyDraft family, PersonDraft person)
    {
        person.WorkPlace = "河南省" + family.Village.CityName + family.Village.CountyName;
        person.WorkCounty = (family.Village.CountyDigits).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
