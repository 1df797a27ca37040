namespace FangFanPin.Domain.Records;

/// <summary>One household: 户. The flat fields of the dictionary; its parts stand beside it in the household file.</summary>
public sealed record Household : Entity
{
    /// <summary>户编号</summary>
    [Field(1)] public string? HouseholdCode { get; init; }

    /// <summary>年度 (年)</summary>
    [Field(2)] public int? StatYear { get; init; }

    /// <summary>行政区划代码(村级12位)</summary>
    [Field(3)] public string? AreaCode { get; init; }

    /// <summary>市</summary>
    [Field(4)] public string? CityName { get; init; }

    /// <summary>县(市、区)</summary>
    [Field(5)] public string? CountyName { get; init; }

    /// <summary>乡(镇)</summary>
    [Field(6)] public string? TownName { get; init; }

    /// <summary>行政村</summary>
    [Field(7)] public string? VillageName { get; init; }

    /// <summary>自然村(组)</summary>
    [Field(8)] public string? NaturalVillageName { get; init; }

    /// <summary>自然村代码</summary>
    [Field(9)] public string? NaturalVillageCode { get; init; }

    /// <summary>家庭住址</summary>
    [Field(10)] public string? Address { get; init; }

    /// <summary>户主姓名</summary>
    [Field(11)] public string? HeadName { get; init; }

    /// <summary>户主证件号码</summary>
    [Field(12)] public string? HeadCertNumber { get; init; }

    /// <summary>户联系电话</summary>
    [Field(13)] public string? Phone { get; init; }

    /// <summary>家庭人口数 (人)</summary>
    [Field(14)] public int? MemberCount { get; init; }

    /// <summary>年初人口数 (人)</summary>
    [Field(15)] public int? MemberCountStart { get; init; }

    /// <summary>户类型 <c>HouseholdType</c></summary>
    [Field(16)] public string? HouseholdType { get; init; }

    /// <summary>户属性 <c>HouseholdAttr</c></summary>
    [Field(17)] public string? HouseholdAttr { get; init; }

    /// <summary>识别标准 <c>RecognitionStandard</c></summary>
    [Field(18)] public string? RecognitionStandard { get; init; }

    /// <summary>识别年度 (年)</summary>
    [Field(19)] public int? RecognitionYear { get; init; }

    /// <summary>脱贫年度 (年)</summary>
    [Field(20)] public int? ExitYear { get; init; }

    /// <summary>脱贫享受政策情况 <c>PolicyStatus</c></summary>
    [Field(21)] public string? PolicyStatus { get; init; }

    /// <summary>是否返贫 <c>YesNo</c></summary>
    [Field(22)] public string? RelapsedFlag { get; init; }

    /// <summary>返贫年度 (年)</summary>
    [Field(23)] public int? RelapseYear { get; init; }

    /// <summary>主要致贫原因1 <c>PovertyCause</c></summary>
    [Field(24)] public string? PovertyCause1 { get; init; }

    /// <summary>主要致贫原因2 <c>PovertyCause</c></summary>
    [Field(25)] public string? PovertyCause2 { get; init; }

    /// <summary>主要致贫原因3 <c>PovertyCause</c></summary>
    [Field(26)] public string? PovertyCause3 { get; init; }

    /// <summary>监测对象类别 <c>MonitorCategory</c></summary>
    [Field(27)] public string? MonitorCategory { get; init; }

    /// <summary>识别监测时间</summary>
    [Field(28)] public YearMonth? RecognizedMonth { get; init; }

    /// <summary>风险是否已消除 <c>YesNo</c></summary>
    [Field(29)] public string? RiskEliminated { get; init; }

    /// <summary>消除监测时间</summary>
    [Field(30)] public YearMonth? EliminatedMonth { get; init; }

    /// <summary>致贫/返贫风险1 <c>RiskType</c></summary>
    [Field(31)] public string? RiskType1 { get; init; }

    /// <summary>致贫/返贫风险2 <c>RiskType</c></summary>
    [Field(32)] public string? RiskType2 { get; init; }

    /// <summary>致贫/返贫风险3 <c>RiskType</c></summary>
    [Field(33)] public string? RiskType3 { get; init; }

    /// <summary>致贫/返贫风险4 <c>RiskType</c></summary>
    [Field(34)] public string? RiskType4 { get; init; }

    /// <summary>致贫/返贫风险5 <c>RiskType</c></summary>
    [Field(35)] public string? RiskType5 { get; init; }

    /// <summary>因自然灾害子项 <c>DisasterType</c></summary>
    [Field(36)] public string? DisasterType { get; init; }

    /// <summary>因自然灾害备注</summary>
    [Field(37)] public string? DisasterRemark { get; init; }

    /// <summary>风险其他备注</summary>
    [Field(38)] public string? RiskOtherRemark { get; init; }

    /// <summary>整户无劳动能力兜底保障户 <c>YesNo</c></summary>
    [Field(39)] public string? NoLaborBottomLine { get; init; }

    /// <summary>是否居住在易地扶贫搬迁集中安置区 <c>YesNo</c></summary>
    [Field(40)] public string? InResettlementArea { get; init; }

    /// <summary>安置区地址</summary>
    [Field(41)] public string? ResettlementAddress { get; init; }

    /// <summary>是否易地扶贫搬迁户 <c>YesNo</c></summary>
    [Field(42)] public string? IsRelocated { get; init; }

    /// <summary>搬迁安置方式 <c>ResettleMode</c></summary>
    [Field(43)] public string? ResettleMode { get; init; }

    /// <summary>是否军烈属 <c>YesNo</c></summary>
    [Field(44)] public string? IsMilitaryMartyrFamily { get; init; }

    /// <summary>是否独生子女户 <c>YesNo</c></summary>
    [Field(45)] public string? IsOneChildFamily { get; init; }

    /// <summary>是否双女户 <c>YesNo</c></summary>
    [Field(46)] public string? IsTwoDaughterFamily { get; init; }

    /// <summary>开户银行</summary>
    [Field(47)] public string? BankName { get; init; }

    /// <summary>银行卡号</summary>
    [Field(48)] public string? BankAccount { get; init; }

    /// <summary>实施开发式帮扶措施情况 <c>DevMeasureStatus</c></summary>
    [Field(49)] public string? DevMeasureStatus { get; init; }

    /// <summary>监测联系人(信息采集人)</summary>
    [Field(50)] public string? CollectorName { get; init; }

    /// <summary>监测联系人电话</summary>
    [Field(51)] public string? CollectorPhone { get; init; }

    /// <summary>填表时间</summary>
    [Field(52)] public DateOnly? FilledOn { get; init; }

    /// <summary>户主签字影像</summary>
    [Field(53)] public string? HeadSignatureFile { get; init; }

    /// <summary>是否签订授权承诺书 <c>YesNo</c></summary>
    [Field(54)] public string? AuthorizationSigned { get; init; }

    /// <summary>授权承诺书影像</summary>
    [Field(55)] public string? AuthorizationFile { get; init; }

    /// <summary>户状态 <c>HouseholdStatus</c></summary>
    [Field(56)] public string? HouseholdStatus { get; init; }

    /// <summary>国家系统最后更新时间</summary>
    [Field(57)] public DateTimeOffset? NationalUpdatedAt { get; init; }

    /// <summary>同步批次号</summary>
    [Field(58)] public string? SyncBatchId { get; init; }

    /// <summary>经度</summary>
    [Field(59)] public decimal? Longitude { get; init; }

    /// <summary>纬度</summary>
    [Field(60)] public decimal? Latitude { get; init; }

    /// <summary>是否信息锁定</summary>
    [Field(61)] public bool? Locked { get; init; }
}
