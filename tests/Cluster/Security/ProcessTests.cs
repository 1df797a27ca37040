using System.Diagnostics;
using System.Net;
using FangFanPin.Domain.Accounts;
using FangFanPin.Tests.Cluster.Shared;
using FangFanPin.Tests.Shared;
using Npgsql;
using Xunit;

namespace FangFanPin.Tests.Cluster.Security;

/// <summary>What must hold for all processes together, tried with processes.</summary>
public sealed class ProcessTests(SecureProcesses servers) : IClassFixture<SecureProcesses>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failures_spread_over_three_processes_lock_the_account_in_all_of_them()
    {
        var (name, _) = await servers.CreateAccountAsync(RoleNames.Viewer);
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await SecureProcesses.LoginAsync(servers.Processes[i % 3], name, "wrong")).Status);
        foreach (var process in servers.Processes)
            Assert.Equal(HttpStatusCode.TooManyRequests, (await SecureProcesses.LoginAsync(process, name, SecureProcesses.Password)).Status);
    }

    [Fact]
    public async Task Of_one_code_given_to_three_processes_at_once_one_use_counts()
    {
        for (var round = 0; round < 4; round++)
        {
            var (name, secret) = await servers.CreateAccountAsync(RoleNames.SecurityAdmin, secondFactor: true);
            var code = Totp.Code(secret!, Totp.StepAt(DateTimeOffset.UtcNow));
            var tries = await Task.WhenAll(servers.Processes.Select(p => SecureProcesses.LoginAsync(p, name, SecureProcesses.Password, code)));
            Assert.Equal(1, tries.Count(t => t.Status == HttpStatusCode.OK));
            Assert.Equal(2, tries.Count(t => t.Status == HttpStatusCode.Unauthorized));
        }
    }

    [Fact]
    public async Task A_session_that_ends_in_one_process_ends_in_all()
    {
        var (name, _) = await servers.CreateAccountAsync(RoleNames.Viewer);
        var token = (await SecureProcesses.LoginAsync(servers.Processes[1], name, SecureProcesses.Password)).Login!.Token;
        foreach (var process in servers.Processes) Assert.Equal(HttpStatusCode.OK, await SecureProcesses.AskAsync(process, token, HttpMethod.Get, "/api/v1/me"));
        var ended = Stopwatch.GetTimestamp();
        Assert.Equal(HttpStatusCode.NoContent, await SecureProcesses.AskAsync(servers.Processes[2], token, HttpMethod.Post, "/api/v1/logout"));
        foreach (var process in servers.Processes)
            await Patience.UntilAsync(async () => await SecureProcesses.AskAsync(process, token, HttpMethod.Get, "/api/v1/me") == HttpStatusCode.Unauthorized ? null : $"{process.Name} still answers", Patience.Generous);
        TestContext.Current.SendDiagnosticMessage($"session.end_everywhere_ms={Stopwatch.GetElapsedTime(ended).TotalMilliseconds:F0}");
    }

    [Fact]
    public async Task The_database_is_spoken_to_by_tls_and_none_but_the_right_server_is_believed()
    {
        await using var admin = NpgsqlDataSource.Create(servers.Admin);
        await using (var command = admin.CreateCommand("select count(*), count(*) filter (where s.ssl and s.version in ('TLSv1.2', 'TLSv1.3')) from pg_stat_activity a join pg_stat_ssl s using (pid) where a.application_name like 'ffp-%'"))
        await using (var reader = await command.ExecuteReaderAsync(Ct))
        {
            await reader.ReadAsync(Ct);
            Assert.True(reader.GetInt64(0) >= 3, $"{reader.GetInt64(0)} sessions");
            Assert.Equal(reader.GetInt64(0), reader.GetInt64(1));
        }
        await OpenAsync(servers.Connection);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => OpenAsync(servers.Connection.Replace("authority.crt", "other.crt", StringComparison.Ordinal)));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => OpenAsync(new NpgsqlConnectionStringBuilder(servers.Connection) { Host = "localhost" }.ToString())); // the certificate is for the address
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => OpenAsync($"{servers.Runtime};SSL Mode=Disable"));
    }

    [Fact]
    public async Task The_verifier_run_by_hand_says_whole_of_a_whole_audit_and_names_what_was_altered()
    {
        var (name, _) = await servers.CreateAccountAsync(RoleNames.Viewer);
        await SecureProcesses.LoginAsync(servers.Processes[0], name, SecureProcesses.Password);
        var id = await AsAdminAsync($"select id from audit where actor = '{name}'");
        await Patience.UntilAsync(async () => await AsAdminAsync($"select count(*) from audit_checkpoint where {id} = any (ids)") is 1L ? null : "not sealed yet", Patience.Generous);
        var (whole, said) = await VerifyAsync();
        Assert.True(whole == 0, said);
        await AsAdminAsync($"update audit set result = 'forged' where id = {id}");
        try
        {
            var (altered, named) = await VerifyAsync();
            Assert.Equal(1, altered);
            Assert.Contains($"entry-edited\t审计记录 {id} 已被改动", named, StringComparison.Ordinal);
        }
        finally
        {
            await AsAdminAsync($"update audit set result = 'ok' where id = {id}");
        }
        Assert.Equal(0, (await VerifyAsync()).Code);
    }

    private async Task<(int Code, string Said)> VerifyAsync()
    {
        await using var verifier = ServerProcess.Start($"verify-{Guid.NewGuid():N}", servers.Folder, "verify-audit", "--connection", servers.Connection, "--data", servers.Folder);
        var code = await verifier.ExitAsync(Patience.Generous);
        return (code, verifier.Log());
    }

    private async Task<object?> AsAdminAsync(string sql)
    {
        await using var admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(servers.Admin) { Pooling = false }.ToString());
        await using var command = admin.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct);
    }

    private static async Task OpenAsync(string connection)
    {
        await using var one = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connection) { Pooling = false, Timeout = 10 }.ToString());
        await one.OpenAsync(Ct);
    }
}
