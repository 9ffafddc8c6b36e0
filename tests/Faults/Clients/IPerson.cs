namespace Faults.Clients;

/// <summary>Somebody who uses the shop while it is hurt.</summary>
internal interface IPerson : IDisposable
{
    /// <summary>One turn: a few requests, each told to the history.</summary>
    Task TurnAsync();
}

/// <summary>The addresses that people use.</summary>
/// <param name="Proxies">Name and public address of every proxy.</param>
/// <param name="Sides">Name and address of both sides, for those who go past the proxies.</param>
internal sealed record Addresses(IReadOnlyList<(string Name, Uri Url)> Proxies, IReadOnlyList<(string Name, Uri Url)> Sides);
