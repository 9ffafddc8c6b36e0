using Microsoft.Extensions.Options;

namespace Strangler.Stages;

/// <summary>The two secrets, from the settings or from the files that they name.</summary>
internal sealed class StranglerKeys(IOptions<StranglerOptions> options)
{
    /// <summary>What every admin call carries; null when none is set, and then every call is refused.</summary>
    public string? Admin { get; } = Read(options.Value.AdminKey, options.Value.AdminKeyFile, "Strangler:AdminKeyFile");

    /// <summary>What the proxy shows to the sides.</summary>
    public string? Sync { get; } = Read(options.Value.SyncKey, options.Value.SyncKeyFile, "Strangler:SyncKeyFile");

    private static string? Read(string? value, string? file, string setting)
    {
        if (!string.IsNullOrWhiteSpace(value)) return value.Trim();
        if (string.IsNullOrWhiteSpace(file)) return null;
        if (!File.Exists(file)) throw new OptionsValidationException(setting, typeof(StranglerOptions), [$"{setting} names {Path.GetFullPath(file)}, which does not exist."]);
        var text = File.ReadAllText(file).Trim();
        return text.Length > 0 ? text : throw new OptionsValidationException(setting, typeof(StranglerOptions), [$"{Path.GetFullPath(file)} ({setting}) is empty; it must hold the key."]);
    }
}
