namespace FangFanPin.Domain.Records;

/// <summary>One person of a household: 家庭成员.</summary>
public sealed record Member : Entity
{
    /// <summary>人编号</summary>
    [Field(1)] public string? PersonCode { get; init; }

    /// <summary>姓名</summary>
    [Field(2)] public string? Name { get; init; }

    /// <summary>性别 <c>Sex</c></summary>
    [Field(3)] public string? Sex { get; init; }

    /// <summary>证件类型 <c>CertType</c></summary>
    [Field(4)] public string? CertType { get; init; }

    /// <summary>证件号码</summary>
    [Field(5)] public string? CertNumber { get; init; }

    /// <summary>居民身份证号</summary>
    [Derived] public string? IdNumber => Certificates.IdNumberOf(CertNumber);

    /// <summary>残疾人证号</summary>
    [Derived] public string? DisabilityCertNumber => Certificates.DisabilityNumberOf(CertNumber);

    /// <summary>残疾类别 <c>DisabilityClass</c></summary>
    [Derived] public string? DisabilityClass => Certificates.DisabilityClassOf(CertNumber);

    /// <summary>残疾等级 <c>DisabilityGrade</c></summary>
    [Derived] public string? DisabilityGrade => Certificates.DisabilityGradeOf(CertNumber);

    /// <summary>出生日期</summary>
    [Field(10)] public DateOnly? BirthDate { get; init; }

    /// <summary>与户主关系 <c>Relation</c></summary>
    [Field(12)] public string? Relation { get; init; }

    /// <summary>民族 <c>Ethnic</c></summary>
    [Field(13)] public string? Ethnic { get; init; }

    /// <summary>政治面貌 <c>Political</c></summary>
    [Field(14)] public string? Political { get; init; }

    /// <summary>文化程度 <c>Education</c></summary>
    [Field(15)] public string? Education { get; init; }

    /// <summary>在校生状况 <c>SchoolStatus</c></summary>
    [Field(16)] public string? SchoolStatus { get; init; }

    /// <summary>义务教育阶段未上学原因 <c>DropoutReason</c></summary>
    [Field(17)] public string? DropoutReason { get; init; }

    /// <summary>失学辍学备注</summary>
    [Field(18)] public string? DropoutRemark { get; init; }

    /// <summary>就读学校</summary>
    [Field(19)] public string? SchoolName { get; init; }

    /// <summary>健康状况 <c>Health</c></summary>
    [Field(20)] public string? Health { get; init; }

    /// <summary>大病病种</summary>
    [Field(21)] public string? SeriousDiseaseName { get; init; }

    /// <summary>慢性病病种</summary>
    [Field(22)] public string? ChronicDiseaseName { get; init; }

    /// <summary>是否签约家庭医生 <c>YesNo</c></summary>
    [Field(23)] public string? FamilyDoctorSigned { get; init; }

    /// <summary>劳动技能(劳动能力) <c>Labor</c></summary>
    [Field(24)] public string? Labor { get; init; }

    /// <summary>是否会讲普通话 <c>YesNo</c></summary>
    [Field(25)] public string? SpeaksMandarin { get; init; }

    /// <summary>是否参加城乡居民基本医疗保险 <c>YesNo</c></summary>
    [Field(26)] public string? ResidentMedical { get; init; }

    /// <summary>是否参加城镇职工基本医疗保险 <c>YesNo</c></summary>
    [Field(27)] public string? EmployeeMedical { get; init; }

    /// <summary>是否参加大病保险 <c>YesNo</c></summary>
    [Field(28)] public string? SeriousIllnessInsurance { get; init; }

    /// <summary>是否参加商业补充医疗保险 <c>YesNo</c></summary>
    [Field(29)] public string? CommercialMedical { get; init; }

    /// <summary>是否接受医疗救助 <c>YesNo</c></summary>
    [Field(30)] public string? MedicalAid { get; init; }

    /// <summary>是否参加城乡居民基本养老保险 <c>YesNo</c></summary>
    [Field(31)] public string? ResidentPension { get; init; }

    /// <summary>是否参加城镇职工基本养老保险 <c>YesNo</c></summary>
    [Field(32)] public string? EmployeePension { get; init; }

    /// <summary>是否享受人身意外保险补贴 <c>YesNo</c></summary>
    [Field(33)] public string? AccidentInsuranceSubsidy { get; init; }

    /// <summary>享受低保政策情况 <c>Subsistence</c></summary>
    [Field(34)] public string? Subsistence { get; init; }

    /// <summary>低保金月标准 (元/月)</summary>
    [Field(35)] public decimal? SubsistenceMonthly { get; init; }

    /// <summary>享受特困供养政策情况 <c>Destitute</c></summary>
    [Field(36)] public string? Destitute { get; init; }

    /// <summary>供养方式 <c>SupportMode</c></summary>
    [Field(37)] public string? SupportMode { get; init; }

    /// <summary>特困人员救助供养金 (元/年)</summary>
    [Field(38)] public decimal? DestituteAmount { get; init; }

    /// <summary>是否享受残疾人两项补贴 <c>YesNo</c></summary>
    [Field(39)] public string? DisabilitySubsidy { get; init; }

    /// <summary>是否享受雨露计划 <c>YesNo</c></summary>
    [Field(40)] public string? YuluSubsidy { get; init; }

    /// <summary>雨露计划补助金额 (元/年)</summary>
    [Field(41)] public decimal? YuluAmount { get; init; }

    /// <summary>是否易地扶贫搬迁人口 <c>YesNo</c></summary>
    [Field(42)] public string? IsRelocatedPerson { get; init; }

    /// <summary>家庭成员联系电话</summary>
    [Field(43)] public string? Phone { get; init; }

    /// <summary>是否已务工 <c>YesNo</c></summary>
    [Field(44)] public string? IsWorking { get; init; }

    /// <summary>是否计划务工 <c>YesNo</c></summary>
    [Field(45)] public string? PlansToWork { get; init; }

    /// <summary>务工区域 <c>WorkRegion</c></summary>
    [Field(46)] public string? WorkRegion { get; init; }

    /// <summary>务工所在地(省市县)</summary>
    [Field(47)] public string? WorkPlace { get; init; }

    /// <summary>务工所在县代码</summary>
    [Field(48)] public string? WorkCountyCode { get; init; }

    /// <summary>务工时间(月数) (月)</summary>
    [Field(49)] public int? WorkMonths { get; init; }

    /// <summary>就业渠道 <c>JobChannel</c></summary>
    [Field(50)] public string? JobChannel { get; init; }

    /// <summary>就业服务需求 <c>ServiceNeed</c></summary>
    [Field(51)] public string? ServiceNeed { get; init; }

    /// <summary>务工月收入 (元/月)</summary>
    [Field(52)] public decimal? MonthlyWage { get; init; }

    /// <summary>公益性岗位 <c>WelfarePost</c></summary>
    [Field(53)] public string? WelfarePost { get; init; }

    /// <summary>公益性岗位(月数) (月)</summary>
    [Field(54)] public int? WelfarePostMonths { get; init; }

    /// <summary>婚姻状况 <c>Marital</c></summary>
    [Field(55)] public string? Marital { get; init; }

    /// <summary>兵役/军烈属 <c>ServiceStatus</c></summary>
    [Field(56)] public string? ServiceStatus { get; init; }

    /// <summary>成员状态 <c>MemberStatus</c></summary>
    [Field(58)] public string? MemberStatus { get; init; }

    /// <summary>增减原因 <c>ChangeReason</c></summary>
    [Field(59)] public string? ChangeReason { get; init; }

    /// <summary>增减时间</summary>
    [Field(60)] public YearMonth? ChangedOn { get; init; }

    /// <summary>备注</summary>
    [Field(61)] public string? Remark { get; init; }
}
