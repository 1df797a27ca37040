namespace FangFanPin.Storage.Migrations;

/// <summary>The database could not be brought to the version of this program. The message is for the operator.</summary>
public sealed class MigrationException : Exception
{
    public MigrationException(string? script, Exception? cause) : base(
        script is null
            ? $"数据库升级失败:无法连接或使用数据库({cause?.Message})。"
            : $"数据库升级失败:脚本 {script} 出错({cause?.Message})。该脚本的修改已全部撤销。",
        cause)
    {
    }

    private MigrationException(string message) : base(message)
    {
    }

    internal static MigrationException Changed(string script) =>
        new($"数据库升级失败:脚本 {script} 在本数据库执行之后又被改动,本程序与这些数据不配套。请使用建库时的程序版本,或换一个数据目录。");
}
