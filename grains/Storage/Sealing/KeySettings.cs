namespace FangFanPin.Storage.Sealing;

/// <summary>Settings <c>FangFanPin:Keys</c>.</summary>
public sealed class KeySettings
{
    /// <summary><c>file</c> or <c>transit</c>: who wraps keys that are written from now on.</summary>
    public string Provider { get; set; } = FileKeyProvider.ProviderName;

    /// <summary>Of the first keys of an installation; a rotation says its own.</summary>
    public KeySuite Suite { get; set; } = KeySuite.International;
    public TransitOptions? Transit { get; set; }

    /// <summary>From a new key's standing in the file to its use: within it every process must have looked at the file.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Rows sealed anew in one transaction, and the pause after it.</summary>
    public int BatchRows { get; set; } = 200;
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <exception cref="InvalidDataException">An unknown provider, or one without its settings.</exception>
    public KeyRingFile FileIn(string dataFolder)
    {
        var path = Path.Combine(dataFolder, KeyRingFile.FileName);
        var transit = Transit is null ? null : new TransitKeyProvider(Transit);
        return Provider switch
        {
            FileKeyProvider.ProviderName => transit is null ? new KeyRingFile(path) : new KeyRingFile(path, new FileKeyProvider(), transit),
            TransitKeyProvider.ProviderName => new KeyRingFile(path, transit ?? throw new InvalidDataException("未设置密钥服务(FangFanPin:Keys:Transit)。")),
            _ => throw new InvalidDataException($"未知的密钥服务:{Provider}。可用:file、transit。"),
        };
    }
}
