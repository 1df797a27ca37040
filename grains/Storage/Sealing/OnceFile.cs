namespace FangFanPin.Storage.Sealing;

/// <summary>
/// Files that are made once and for all. To move a draft onto a name that is free is not enough: .NET looks first and then renames, and of two processes
/// that start at once each could take its own file for the one that stays — what was sealed with the other's key could never be opened.
/// </summary>
internal static class OnceFile
{
    private const int TriesMax = 1000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Makes the file, for its owner alone, unless it is there. Whoever dies in the middle leaves nothing that counts.</summary>
    public static void Make(string path, Action<Stream> write)
    {
        if (File.Exists(path)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var turn = path + ".making";
        using (Turn(turn))
        {
            if (!File.Exists(path)) File.Move(Draft(path, write), path);
        }
        File.Delete(turn); // whoever still waits for it, or makes it anew, finds the file
    }

    /// <summary>Puts new content in the place of old, whole, with a later stamp: whoever looks for changes sees it.</summary>
    public static void Replace(string path, Action<Stream> write)
    {
        var before = File.GetLastWriteTimeUtc(path);
        File.Move(Draft(path, write), path, overwrite: true);
        if (File.GetLastWriteTimeUtc(path) <= before) File.SetLastWriteTimeUtc(path, before.AddMilliseconds(10));
    }

    private static string Draft(string path, Action<Stream> write)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(draft, options);
        write(stream);
        stream.Flush(flushToDisk: true);
        return draft;
    }

    /// <summary>One at a time, over all processes: waits for it. The system lets go of it when its holder ends, however that comes.</summary>
    public static FileStream Turn(string turn)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(turn, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < TriesMax)
            {
                Thread.Sleep(Pause);
            }
        }
    }
}
