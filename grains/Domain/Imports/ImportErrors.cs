namespace FangFanPin.Domain.Imports;

/// <summary>Every fault an import can meet beside those of single values (<c>field.*</c>) and of households (<c>household.*</c>).</summary>
public static class ImportErrors
{
    // The whole import.
    public static readonly DomainError NotFound = new("import.not-found", "没有这次导入。");
    public static readonly DomainError NoFiles = new("import.no-files", "没有上传文件。");
    public static readonly DomainError TooManyFiles = new("import.too-many-files", $"一次导入最多 {ImportLimits.FilesMax} 个文件。");
    public static readonly DomainError UploadTooLarge = new("import.upload-too-large", "上传的文件过大。");
    public static readonly DomainError BadRequest = new("import.bad-request", "请求格式不正确。");
    public static readonly DomainError WrongStage = new("import.wrong-stage-conflict", "导入当前所处的阶段不能进行这一操作。");
    public static readonly DomainError UnknownRegion = new("import.unknown-region", "没有这个行政区划。");

    public static readonly DomainError Purged = new("import.purged-conflict", "这次导入的文件和明细已按期删除,只保留统计,不能再提交、撤销或下载。");
    public static readonly DomainError GaveUp = new("import.gave-up", "多次尝试仍未完成,请联系运维人员查看日志。");

    public static readonly DomainError StagedLost = new("import.staged-lost", "数据库异常停机,尚未写入的户的预览已丢失,而上传的文件已删除,请重新上传:已写入的户不会重复。");

    public static readonly DomainError RestLost = new("import.rest-lost-conflict", "这次导入中途停止,上传的文件已删除,不能再继续:可撤销已写入的户,或重新上传,已写入的户不会重复。");

    // A file: nothing of the import is taken.
    public static readonly DomainError NotAWorkbook = new("import.not-a-workbook", "文件不是 xlsx 工作簿,也不是 csv 文本。");
    public static readonly DomainError OldFormat = new("import.old-format", "不支持旧版 xls 工作簿,请另存为 xlsx 后再导入。");
    public static readonly DomainError Encrypted = new("import.encrypted", "工作簿设有密码,请取消密码保护后再导入。");
    public static readonly DomainError Damaged = new("import.damaged", "文件已损坏,无法读取。");
    public static readonly DomainError TooLarge = new("import.too-large", "文件解压后过大或压缩比异常,拒绝读取。");
    public static readonly DomainError CellTooLarge = new("import.cell-too-large", $"有单元格超过 {ImportLimits.CellCharsMax} 个字符。");
    public static readonly DomainError TooManySheets = new("import.too-many-sheets", $"工作簿超过 {ImportLimits.SheetsMax} 张工作表。");
    public static readonly DomainError TooManyColumns = new("import.too-many-columns", $"工作表超过 {ImportLimits.ColumnsMax} 列。");
    public static readonly DomainError TooManyRows = new("import.too-many-rows", $"一次导入超过 {ImportLimits.RowsMax} 行。");
    public static readonly DomainError UnknownEncoding = new("import.unknown-encoding", "文本编码既不是 UTF-8 也不是 GB18030。");
    public static readonly DomainError NoKnownSheet = new("import.no-known-sheet", "没有可识别的工作表:前十行里找不到数据字典中的列名。");
    public static DomainError NoCodeColumn(string sheet) => new("import.no-household-code-column", $"工作表“{sheet}”没有“户编号”一列。", "HouseholdCode");
    public static DomainError NoAreaColumn(string sheet) => new("import.no-area-code-column", $"工作表“{sheet}”没有“行政区划代码”一列,仅有名称不能确定所在村。", "AreaCode");
    public static DomainError NoKeyColumn(string sheet, string label, string field) => new("import.no-key-column", $"工作表“{sheet}”没有“{label}”一列。", field);
    public static DomainError DuplicateColumn(string sheet, string label) => new("import.duplicate-column", $"工作表“{sheet}”有不止一列是“{label}”。");

    // A row.
    public static readonly DomainError NoCode = new("import.no-household-code", "没有户编号。", "HouseholdCode");
    public static readonly DomainError NoArea = new("import.no-area-code", "没有行政区划代码。", "AreaCode");
    public static readonly DomainError NoPerson = new("import.no-person-code", "没有人编号。", "PersonCode");
    public static readonly DomainError ErrorValue = new("import.error-value", "单元格是公式错误值。");
    public static readonly DomainError FormulaWithoutValue = new("import.formula-without-value", "单元格的公式没有计算结果,请在表格软件中打开并保存后再导入。");
    public static DomainError NoKey(string label, string field) => new("import.no-key", $"没有“{label}”,无法确定是哪一条记录。", field);
    public static DomainError RowsDiffer(string label, string field) => new("import.rows-differ", $"同一户(同一记录)各行的“{label}”不一致。", field);
    public static readonly DomainError PersonTwice = new("import.person-twice", "同一人编号在文件中出现不止一次。", "PersonCode");
    public static readonly DomainError PersonElsewhere = new("import.person-elsewhere", "该人编号已在系统的另一户中。", "PersonCode");

    public static readonly DomainError CertificateElsewhere = new("import.certificate-elsewhere", "预览之后,该证件号码已登记到另一户,请重新上传预览。", "CertNumber");

    // A household.
    public static readonly DomainError UnknownHousehold = new("import.unknown-household", "系统中没有这一户,文件中也没有它的户和成员。", "HouseholdCode");
    /// <summary>The household is taken, without that.</summary>
    public static readonly DomainError MonitoringHeld = new("import.monitoring-held", "该户监测业务已审定、尚待录入国家系统,文件中的监测信息暂不采用,其余内容照常导入。", "MonitorCategory");
    public static readonly DomainError TooManyRowsOfHousehold = new("import.too-many-rows-of-household", $"一户在文件中超过 {ImportLimits.HouseholdRowsMax} 行。");

    /// <summary>Why a good row stands in the error workbook.</summary>
    public static readonly DomainError HouseholdRefused = new("import.household-refused", "同一户的其他行有误,整户未导入。");
}

/// <summary>Bounds of an import. What is bounded in bytes stands in the reader's options.</summary>
public static class ImportLimits
{
    public const int FilesMax = 64;
    public const int SheetsMax = 64;
    public const int ColumnsMax = 512;

    /// <summary>Of all sheets together; a province is 7.2 million people and six more sheets.</summary>
    public const int RowsMax = 40_000_000;

    /// <summary>What a spreadsheet itself allows in a cell.</summary>
    public const int CellCharsMax = 32_767;

    /// <summary>Far above members and records of a real family; more is refused as a whole.</summary>
    public const int HouseholdRowsMax = 1_000;

    public const int HeaderRowsMax = 10;
    public const int ErrorsShown = 1_000;

    /// <summary>Characters of a refused value that are kept.</summary>
    public const int ValueShown = 100;
}
