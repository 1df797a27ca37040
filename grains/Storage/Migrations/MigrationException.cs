namespace FangFanPin.Storage.Migrations;

/// <summary>The database could not be brought to the version of this program. The message is for the operator.</summary>
public sealed class MigrationException(string? script, Exception? cause) : Exception(
    script is null
        ? $"数据库升级失败:无法连接或使用数据库({cause?.Message})。"
        : $"数据库升级失败:脚本 {script} 出错({cause?.Message})。该脚本的修改已全部撤销。",
    cause);
