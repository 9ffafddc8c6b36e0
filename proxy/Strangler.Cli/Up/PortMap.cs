namespace Strangler.Cli.Up;

/// <summary>Which port each part of the system gets in place of the one that it is described with.</summary>
internal abstract class PortMap
{
    /// <summary>The name of the public listener; a process cannot have it, see <see cref="UpFile.ProxyName"/>.</summary>
    public const string Public = "proxy";

    /// <summary>The name of the admin listener; no process can be named like this.</summary>
    public const string Admin = "proxy.admin";

    /// <summary>Every port as it is described.</summary>
    public static PortMap AsDescribed { get; } = new Moved(0);

    /// <summary>Every port so much higher.</summary>
    public static PortMap Offset(int offset) => new Moved(offset);

    /// <summary>A port by name; who is not named keeps the one that is described.</summary>
    public static PortMap Of(IReadOnlyDictionary<string, int> ports) => new Named(ports);

    public abstract int PortOf(string name, int described);

    private sealed class Moved(int offset) : PortMap
    {
        public override int PortOf(string name, int described) => described + offset;
    }

    private sealed class Named(IReadOnlyDictionary<string, int> ports) : PortMap
    {
        public override int PortOf(string name, int described) => ports.GetValueOrDefault(name, described);
    }
}
