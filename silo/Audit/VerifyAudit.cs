using System.Globalization;
using FangFanPin.Storage.Audit;
using FangFanPin.Storage.Sealing;
using Npgsql;

namespace FangFanPin.Silo.Audit;

/// <summary>
/// Verb <c>verify-audit [--from N] [--without-documents] --connection … --data …</c>: holds the audit against its signed checkpoints, these against the
/// file outside the database, opens every sealed household, and holds regions and
/// parameters against the audit. Ends with 0 when all is as written, with 1 when not, and says what.
/// </summary>
internal static class VerifyAudit
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (from, documents, rest) = Read(args);
        var settings = SiloSettings.Read(rest);
        await using var database = NpgsqlDataSource.Create(settings.RequiredConnectionString());
        try
        {
            using var key = CheckpointKey.ToVerify(settings.DataFolder);
            var report = await new AuditVerifier(database, new CheckpointFile(settings.DataFolder), key).VerifyAsync(from, CancellationToken.None);
            Console.WriteLine($"检查点 {report.Checkpoints} 个,审计记录 {report.Entries} 条,问题 {report.FaultsFound} 处。");
            foreach (var fault in report.Faults) Console.WriteLine($"{fault.Kind}\t{fault.Message}");
            return await DocumentsAsync(database, settings, documents) && report.FaultsFound == 0 ? 0 : 1;
        }
        catch (Exception e) when (e is NpgsqlException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync($"无法核验:{e.Message}");
            return 2;
        }
    }

    private static async Task<bool> DocumentsAsync(NpgsqlDataSource database, SiloSettings settings, bool wanted)
    {
        if (!wanted) return true;
        var sealer = new RingSealer(settings.Keys.FileIn(settings.DataFolder).Read());
        var (documents, faults) = await new DocumentVerifier(database, sealer).VerifyAsync(CancellationToken.None);
        Console.WriteLine($"密封档案 {documents} 份,问题 {faults.Count} 处。");
        IReadOnlyList<AuditFault> all = [.. faults, .. await new ConfigurationVerifier(database, sealer).VerifyAsync(CancellationToken.None)];
        foreach (var fault in all) Console.WriteLine($"{fault.Kind}\t{fault.Message}");
        return all.Count == 0;
    }

    private static (long From, bool Documents, string[] Others) Read(string[] args)
    {
        var (from, documents, rest) = (1L, true, new List<string>());
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--without-documents") documents = false;
            else if (args[i] == "--from" && i + 1 < args.Length && long.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) (from, i) = (Math.Max(1, number), i + 1);
            else rest.Add(args[i]);
        }
        return (from, documents, [.. rest]);
    }
}
