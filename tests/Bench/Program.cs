using System.Globalization;
using FangFanPin.Tests.Bench;
using FangFanPin.Tests.Bench.AtSize;
using FangFanPin.Tests.Bench.Audit;
using FangFanPin.Tests.Bench.Cases;
using FangFanPin.Tests.Bench.Cold;
using FangFanPin.Tests.Bench.Export;
using FangFanPin.Tests.Bench.Freshness;
using FangFanPin.Tests.Bench.Idle;
using FangFanPin.Tests.Bench.Load;
using FangFanPin.Tests.Bench.Packing;
using FangFanPin.Tests.Bench.Read;
using FangFanPin.Tests.Bench.Recount;
using FangFanPin.Tests.Bench.Search;
using FangFanPin.Tests.Bench.Sync;
using FangFanPin.Tests.Bench.Write;

// dotnet FangFanPin.Tests.Bench.dll NAME [--size village|town|county|city|province] [--seconds N] [--memory MB] [--keep FOLDER] [--only STEP,STEP] [--pg CONNECTION]; FFP_TEST_PG names the server otherwise.
Thread.CurrentThread.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
if (args is ["train-dictionary", var file]) return DictionaryTraining.Run(file);
if (args is ["http-client", .. var client]) return await HttpClientProcess.RunAsync(client);
var benches = new Dictionary<string, Func<BenchOptions, Task>>
{
    ["at-size"] = AtSizeBench.RunAsync,
    ["audit"] = AuditBench.RunAsync,
    ["write"] = WriteBench.RunAsync,
    ["read"] = ReadBench.RunAsync,
    ["freshness"] = FreshnessBench.RunAsync,
    ["load"] = LoadBench.RunAsync,
    ["search"] = SearchBench.RunAsync,
    ["export"] = ExportBench.RunAsync,
    ["cases"] = CasesBench.RunAsync,
    ["cold"] = ColdBench.RunAsync,
    ["recount"] = RecountBench.RunAsync,
    ["idle"] = IdleBench.RunAsync,
    ["sync"] = SyncBench.RunAsync,
};
if (args.Length == 0 || !benches.TryGetValue(args[0], out var run) || BenchOptions.Parse(args[1..]) is not { } options)
{
    Console.Error.WriteLine($"用法:FangFanPin.Tests.Bench {string.Join('|', benches.Keys)} [--size village|town|county|city|province] [--seconds 秒] [--memory MB] [--keep 目录] [--only 步骤,步骤] [--pg 连接]");
    return 2;
}
Report.Machine(args[0], options);
await run(options);
return 0;
