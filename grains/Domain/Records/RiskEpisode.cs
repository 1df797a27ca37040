namespace FangFanPin.Domain.Records;

/// <summary>One period of monitoring, from recognition to elimination: 监测周期. Both snapshots stand in the same record because they are compared.</summary>
public sealed record RiskEpisode : Entity
{
    /// <summary>监测记录号</summary>
    [Field(1)] public string? EpisodeId { get; init; }

    /// <summary>户编号</summary>
    [Field(2)] public string? HouseholdCode { get; init; }

    /// <summary>监测次序</summary>
    [Field(3)] public int? EpisodeNo { get; init; }

    /// <summary>线索来源 <c>RiskSource</c></summary>
    [Field(4)] public string? RiskSource { get; init; }

    /// <summary>线索发现日期</summary>
    [Field(5)] public DateOnly? ClueFoundOn { get; init; }

    /// <summary>监测对象类别 <c>MonitorCategory</c></summary>
    [Field(6)] public string? MonitorCategory { get; init; }

    /// <summary>致贫/返贫风险1 <c>RiskType</c></summary>
    [Field(7)] public string? RiskType1 { get; init; }

    /// <summary>致贫/返贫风险2 <c>RiskType</c></summary>
    [Field(8)] public string? RiskType2 { get; init; }

    /// <summary>致贫/返贫风险3 <c>RiskType</c></summary>
    [Field(9)] public string? RiskType3 { get; init; }

    /// <summary>致贫/返贫风险4 <c>RiskType</c></summary>
    [Field(10)] public string? RiskType4 { get; init; }

    /// <summary>致贫/返贫风险5 <c>RiskType</c></summary>
    [Field(11)] public string? RiskType5 { get; init; }

    /// <summary>风险其他备注</summary>
    [Field(12)] public string? RiskOtherRemark { get; init; }

    /// <summary>识别监测时间</summary>
    [Field(13)] public YearMonth? RecognizedMonth { get; init; }

    /// <summary>县级审定日期</summary>
    [Field(14)] public DateOnly? ApprovedOn { get; init; }

    /// <summary>识别时是否义务教育阶段适龄儿童少年失学辍学 <c>YesNo</c></summary>
    [Field(15)] public string? IdDropout { get; init; }

    /// <summary>识别时是否住房出现安全问题 <c>YesNo</c></summary>
    [Field(16)] public string? IdHousingUnsafe { get; init; }

    /// <summary>识别时是否饮水出现安全问题 <c>YesNo</c></summary>
    [Field(17)] public string? IdWaterUnsafe { get; init; }

    /// <summary>识别时是否有家庭成员未参加城乡居民(职工)基本医疗保险 <c>YesNo</c></summary>
    [Field(18)] public string? IdUninsured { get; init; }

    /// <summary>识别时工资性收入 (元)</summary>
    [Field(19)] public decimal? IdWageIncome { get; init; }

    /// <summary>识别时生产经营性收入 (元)</summary>
    [Field(20)] public decimal? IdBusinessIncome { get; init; }

    /// <summary>识别时财产性收入 (元)</summary>
    [Field(21)] public decimal? IdPropertyIncome { get; init; }

    /// <summary>识别时转移性收入 (元)</summary>
    [Field(22)] public decimal? IdTransferIncome { get; init; }

    /// <summary>识别时生产经营性支出 (元)</summary>
    [Field(23)] public decimal? IdBusinessCost { get; init; }

    /// <summary>识别时家庭纯收入 (元)</summary>
    [Field(24)] public decimal? IdNetIncome { get; init; }

    /// <summary>识别时家庭人均纯收入 (元)</summary>
    [Field(25)] public decimal? IdNetPerCapita { get; init; }

    /// <summary>识别时家庭人口数 (人)</summary>
    [Field(26)] public int? IdMemberCount { get; init; }

    /// <summary>识别时理赔收入 (元)</summary>
    [Field(27)] public decimal? IdClaimIncome { get; init; }

    /// <summary>识别时合规自付支出 (元)</summary>
    [Field(28)] public decimal? IdCompliantSelfPay { get; init; }

    /// <summary>识别时纳入监测对象的收入参考范围(元) (元)</summary>
    [Field(29)] public decimal? IdReferenceIncome { get; init; }

    /// <summary>识别时纳入监测对象的人均收入参考范围(元) (元)</summary>
    [Field(30)] public decimal? IdReferencePerCapita { get; init; }

    /// <summary>风险是否已消除 <c>YesNo</c></summary>
    [Field(31)] public string? RiskEliminated { get; init; }

    /// <summary>风险消除方式 <c>EliminationMode</c></summary>
    [Field(32)] public string? EliminationMode { get; init; }

    /// <summary>自然消除原因 <c>NaturalEliminationReason</c></summary>
    [Field(33)] public string? NaturalReason { get; init; }

    /// <summary>消除监测时间</summary>
    [Field(34)] public YearMonth? EliminatedMonth { get; init; }

    /// <summary>风险消除后是否义务教育阶段适龄儿童少年失学辍学 <c>YesNo</c></summary>
    [Field(35)] public string? ElDropout { get; init; }

    /// <summary>风险消除后是否住房损毁 <c>YesNo</c></summary>
    [Field(36)] public string? ElHousingDamaged { get; init; }

    /// <summary>风险消除后是否饮水设施损毁 <c>YesNo</c></summary>
    [Field(37)] public string? ElWaterDamaged { get; init; }

    /// <summary>风险消除后是否有家庭成员未参加基本医疗保险 <c>YesNo</c></summary>
    [Field(38)] public string? ElUninsured { get; init; }

    /// <summary>风险消除后工资性收入 (元)</summary>
    [Field(39)] public decimal? ElWageIncome { get; init; }

    /// <summary>风险消除后生产经营性收入 (元)</summary>
    [Field(40)] public decimal? ElBusinessIncome { get; init; }

    /// <summary>风险消除后财产性收入 (元)</summary>
    [Field(41)] public decimal? ElPropertyIncome { get; init; }

    /// <summary>风险消除后转移性收入 (元)</summary>
    [Field(42)] public decimal? ElTransferIncome { get; init; }

    /// <summary>风险消除后生产经营性支出 (元)</summary>
    [Field(43)] public decimal? ElBusinessCost { get; init; }

    /// <summary>风险消除后家庭纯收入 (元)</summary>
    [Field(44)] public decimal? ElNetIncome { get; init; }

    /// <summary>风险消除后家庭人均纯收入 (元)</summary>
    [Field(45)] public decimal? ElNetPerCapita { get; init; }

    /// <summary>风险消除后理赔收入 (元)</summary>
    [Field(46)] public decimal? ElClaimIncome { get; init; }

    /// <summary>风险消除后合规自付支出 (元)</summary>
    [Field(47)] public decimal? ElCompliantSelfPay { get; init; }

    /// <summary>风险消除后家庭人口数 (人)</summary>
    [Field(48)] public int? ElMemberCount { get; init; }

    /// <summary>帮扶措施落实日期</summary>
    [Field(49)] public DateOnly? MeasureDecidedOn { get; init; }

    /// <summary>监测联系人</summary>
    [Field(50)] public string? CollectorName { get; init; }

    /// <summary>监测联系人联系方式</summary>
    [Field(51)] public string? CollectorPhone { get; init; }

    /// <summary>是否录入国家系统 <c>YesNo</c></summary>
    [Field(52)] public string? InNationalSystem { get; init; }
}
