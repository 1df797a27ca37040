using System.Security.Cryptography;
using FangFanPin.Domain.Sealing;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace FangFanPin.Storage.Sealing;

/// <summary>
/// Refuses to start with keys that do not open what is stored: a lost key file would otherwise be replaced by a fresh one, and new rows
/// be sealed with it beside rows that nobody can read.
/// </summary>
public sealed class KeysFit(NpgsqlDataSource database, ISealer sealer) : IHostedService
{
    private const string AnyRow = "select code, version, document from household where document is not null limit 1";

    /// <exception cref="InvalidOperationException">The message is for the operator.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(AnyRow);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return;
        try
        {
            sealer.Open(new SealPlace("household", reader.GetString(0), reader.GetInt64(1)), reader.GetFieldValue<byte[]>(2));
        }
        catch (CryptographicException)
        {
            throw new InvalidOperationException("密钥文件 keys.json 与数据库不匹配:现有档案无法解密。请恢复原来的密钥文件后再启动。");
        }
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;
}
