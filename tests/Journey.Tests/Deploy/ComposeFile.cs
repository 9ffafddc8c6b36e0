using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Journey.Tests.Deploy;

/// <summary>What the tests read of a Compose file.</summary>
internal sealed class ComposeFile
{
    public Dictionary<string, ComposeService> Services { get; set; } = [];

    /// <summary>The services that run a program of this repository for as long as the composition runs, and those that install them.</summary>
    public IReadOnlyDictionary<string, ComposeService> Programs => Services.Where(static service => service.Value is { Build: not null, Profiles.Count: 0 }).ToDictionary();

    public static ComposeFile Read(string path)
    {
        using var text = File.OpenText(path);
        return new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).IgnoreUnmatchedProperties().Build().Deserialize<ComposeFile>(new MergingParser(new Parser(text)));
    }
}

internal sealed class ComposeService
{
    public ComposeBuild? Build { get; set; }

    public List<string> Command { get; set; } = [];

    public List<string> Entrypoint { get; set; } = [];

    public Dictionary<string, string> Environment { get; set; } = [];

    public List<string> Profiles { get; set; } = [];

    public bool IsInstallation => Entrypoint is [var first, ..] && first.EndsWith("/install-only", StringComparison.Ordinal);

    /// <summary>Where it is asked for its health.</summary>
    public string Listens => Environment.GetValueOrDefault("Strangler__AdminUrl") ?? Command[Command.IndexOf("--urls") + 1];
}

internal sealed class ComposeBuild
{
    public Dictionary<string, string> Args { get; set; } = [];
}
