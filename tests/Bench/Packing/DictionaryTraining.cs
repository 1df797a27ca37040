using System.IO.Compression;
using FangFanPin.Api.Demo;
using FangFanPin.Domain.Demo;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;
using ZstdSharp;

namespace FangFanPin.Tests.Bench.Packing;

/// <summary>
/// Makes the dictionary with which documents are packed before they are sealed, from invented households of villages all over the province, and says
/// what it saves on villages that it has not seen. A dictionary that was ever released stays: documents name theirs.
/// </summary>
internal static class DictionaryTraining
{
    private const int DictionaryBytes = 32 * 1024;
    private const int VillageEvery = 400;
    private const int PerVillage = 20;

    public static int Run(string file)
    {
        var regions = new DemoRegions();
        var villages = regions.VillagesBy(RegionLevel.County, regions.Find(RegionCode.Parse("410000000000"))!).SelectMany(g => g).ToList();
        var learned = Documents(villages, 0).ToList();
        var dictionary = DictBuilder.TrainFromBuffer(learned, DictionaryBytes);
        File.WriteAllBytes(file, dictionary);

        var unseen = Documents(villages, VillageEvery / 2).ToList();
        using var packer = new Compressor(1);
        packer.LoadDictionary(dictionary);
        Report.Value("dictionary.documents", learned.Count);
        Report.Value("dictionary.plain_bytes", unseen.Average(d => d.Length));
        Report.Value("dictionary.deflated_bytes", unseen.Average(d => Deflated(d)));
        Report.Value("dictionary.packed_bytes", unseen.Average(d => packer.Wrap(d).Length));
        return 0;
    }

    private static IEnumerable<byte[]> Documents(List<DemoVillage> villages, int first) =>
        villages.Where((_, i) => i % VillageEvery == first).SelectMany(v => DemoPopulation.HouseholdsOf(v, new DemoOptions()).Take(PerVillage)).Select(DocumentCodec.Encode);

    private static int Deflated(byte[] document)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(document);
        return (int)output.Length;
    }
}
