using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;
using Xunit;

namespace FangFanPin.Tests.Domain.Dictionary;

public sealed class DictionaryTests
{
    private static readonly DataDictionary Shipped = DataDictionary.Shipped;

    public static TheoryData<string> TypedEntities => [.. EntityMap.All.Select(m => m.Name)];

    [Theory, MemberData(nameof(TypedEntities))]
    public void Every_field_of_the_dictionary_is_a_property_of_its_type_or_derived(string entity)
    {
        var map = EntityMap.Named(entity)!;
        foreach (var field in Shipped.Entity(entity).Fields.Where(f => !f.RunTime && !f.Derived))
            Assert.True(map.Find(field.Id) is not null, $"{entity}.{field.Id} has no property");
        foreach (var field in Shipped.Entity(entity).Fields.Where(f => f.RunTime || f.Derived))
            Assert.True(map.Find(field.Id) is null, $"{entity}.{field.Id} must not be stored");
    }

    [Theory, MemberData(nameof(TypedEntities))]
    public void Every_property_stands_in_the_dictionary_with_its_type(string entity)
    {
        var map = EntityMap.Named(entity)!;
        foreach (var field in map.Fields)
        {
            var definition = Shipped.Find(entity, field.Id);
            Assert.True(definition is not null, $"{entity}.{field.Id} is not in the dictionary");
            Assert.Equal(TypeOf(definition.Kind), map.Type.GetProperty(field.Id)!.PropertyType);
        }
        Assert.All(map.Derived, id => Assert.True(Shipped.Find(entity, id)!.Derived));
    }

    [Fact]
    public void Every_code_field_has_its_list() =>
        Assert.All(Shipped.Entities.SelectMany(e => e.Fields.Select(f => (e.Name, Field: f))).Where(f => f.Field.Kind is FieldKind.Code or FieldKind.Multi),
            f => Assert.True(f.Field.CodeList is not null, $"{f.Name}.{f.Field.Id}"));

    [Fact]
    public void Every_label_of_every_list_finds_its_own_code_unless_two_codes_share_it()
    {
        foreach (var list in Shipped.Lists)
        {
            var shared = list.Codes.GroupBy(c => c.Label).Where(g => g.Count() > 1).SelectMany(g => g).ToHashSet();
            foreach (var entry in list.Codes)
            {
                Assert.Equal(entry.Code, list.CodeOf(entry.Code));
                if (!shared.Contains(entry)) Assert.Equal(entry.Code, list.CodeOf(entry.Label));
            }
        }
    }

    [Theory]
    [InlineData("Education", "高中(含中专中职)", "4")]
    [InlineData("Education", "大专", "5")]
    [InlineData("Education", "文盲", "1")]
    [InlineData("HouseholdType", "普通农户", "2")]
    [InlineData("HouseholdType", "一般农户", "2")]
    [InlineData("HouseholdType", "一般农户（普通农户）", "2")]
    [InlineData("Subsistence", "不享受", "0")]
    [InlineData("Destitute", "未享受", "0")]
    [InlineData("RiskType", "因产业失败", "06")]
    [InlineData("RiskType", "因安全住房", "09")]
    [InlineData("RiskType", "因安全饮水", "10")]
    [InlineData("RiskType", "因住房出现安全问题", "09")]
    [InlineData("JobChannel", "公益岗位", "04")]
    [InlineData("Ethnic", "1", "01")]
    [InlineData("Ethnic", "１", "01")]
    [InlineData("HouseGrade", "c", "C")]
    [InlineData("Ethnic", "无此民族", null)]
    [InlineData("Sex", "01", null)]
    public void Labels_aliases_and_codes_find_the_code(string list, string text, string? code) => Assert.Equal(code, Shipped.List(list).CodeOf(text));

    [Fact]
    public void An_indicator_added_at_run_time_is_found_and_the_old_dictionary_stays()
    {
        var field = new FieldDefinition { Id = "Solar", Label = "光伏收益", Kind = FieldKind.Decimal, RunTime = true, FromYear = 2025, ToYear = 2026 };
        var next = Shipped.With("AnnualIncome", field);
        Assert.Same(field, next.Find("AnnualIncome", "Solar"));
        Assert.Null(Shipped.Find("AnnualIncome", "Solar"));
        Assert.Equal([false, true, true, false], new[] { 2024, 2025, 2026, 2027 }.Select(field.CountsIn));
        var retired = next.With("AnnualIncome", field with { ToYear = 2025 });
        Assert.False(retired.Find("AnnualIncome", "Solar")!.CountsIn(2026));
    }

    [Fact]
    public void An_alias_added_to_a_list_counts_in_every_field_that_uses_it()
    {
        var next = Shipped.With(Shipped.List("Relation").With("长子", "03"));
        Assert.Equal("03", next.Find("Member", "Relation")!.CodeList!.CodeOf("长子"));
    }

    private static Type TypeOf(FieldKind kind) => kind switch
    {
        FieldKind.Whole => typeof(int?),
        FieldKind.Decimal => typeof(decimal?),
        FieldKind.Date => typeof(DateOnly?),
        FieldKind.Moment => typeof(DateTimeOffset?),
        FieldKind.Month => typeof(YearMonth?),
        FieldKind.Flag => typeof(bool?),
        _ => typeof(string),
    };
}
