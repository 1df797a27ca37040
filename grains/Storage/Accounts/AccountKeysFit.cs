using Microsoft.Extensions.Hosting;

namespace FangFanPin.Storage.Accounts;

/// <summary>
/// Refuses to start with a key that fits no stored account: a lost or foreign <c>account.key</c> would otherwise shut everybody out, one failed
/// login after the other, and look like wrong passwords.
/// </summary>
public sealed class AccountKeysFit(AccountStore accounts) : IHostedService
{
    private const int Looked = 50;

    /// <exception cref="InvalidOperationException">The message is for the operator.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        var signed = (await accounts.ListAsync("", Looked, ct)).Where(a => !a.Unsigned).ToList();
        if (signed.Count > 0 && signed.TrueForAll(a => !a.Intact))
            throw new InvalidOperationException($"密钥文件 {AccountKeys.FileName} 与数据库不匹配:现有账号均无法通过校验。请恢复原来的密钥文件后再启动。");
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;
}
