using System.Globalization;
using System.Text.RegularExpressions;
using TestKit.Processes;

namespace Docs.Tests.Commands;

/// <summary>
/// A number that is added to all ports of a session, so that it does not meet a system that runs already. Pages show
/// the ports without it.
/// </summary>
internal sealed partial class PortOffset : IDisposable
{
    private const int Lowest = 15000;
    private const int Highest = 23000;
    private static readonly int[] Ports = [8080, 8081, 5100, 5201];
    private readonly IReadOnlyList<FreePort> _taken;

    private PortOffset(int number, IReadOnlyList<FreePort> taken) => (Number, _taken) = (number, taken);

    public int Number { get; }

    public static PortOffset Take()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var number = Random.Shared.Next(Lowest, Highest);
            var taken = Ports.Select(port => FreePort.TryTake(port + number)).OfType<FreePort>().ToList();
            if (taken.Count == Ports.Length)
            {
                return new PortOffset(number, taken);
            }

            taken.ForEach(port => port.Dispose());
        }

        throw new InvalidOperationException("No offset was found at which all ports are free.");
    }

    public string ToTyped(string commands)
    {
        var addresses = Address().Replace(commands, match => Moved(match, Number));
        return OffsetOption().Replace(addresses, match => Moved(match, Number));
    }

    public string FromSeen(string output)
    {
        var addresses = Address().Replace(output, match => PortOf(match) > Lowest ? Moved(match, -Number) : match.Value);
        return Ports.Aggregate(
            addresses,
            (text, port) => Regex.Replace(text, $@"\b{port + Number}\b", port.ToString(CultureInfo.InvariantCulture))
        );
    }

    public void Dispose()
    {
        foreach (var port in _taken)
        {
            port.Dispose();
        }
    }

    private static int PortOf(Match match) => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);

    private static string Moved(Match match, int by) => match.Groups["before"].Value + (PortOf(match) + by);

    [GeneratedRegex(@"(?<before>(127\.0\.0\.1|localhost|\[::1\]):)(?<number>[0-9]{4,5})\b")]
    private static partial Regex Address();

    [GeneratedRegex(@"(?<before>--port-offset[ =])(?<number>[0-9]+)\b")]
    private static partial Regex OffsetOption();
}
