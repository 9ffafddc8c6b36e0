using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Memory;
using Strangler.Stages;

namespace Strangler.Decision;

/// <summary>One place in a module's stream of changes.</summary>
internal readonly record struct WrittenPosition(string Module, long Epoch, long Position)
{
    public static bool TryParse(ReadOnlySpan<char> text, out WrittenPosition position)
    {
        position = default;
        Span<Range> parts = stackalloc Range[4];
        if (text.Split(parts, ';', StringSplitOptions.TrimEntries) != 3) return false;
        if (!long.TryParse(text[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)) return false;
        if (!long.TryParse(text[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        position = new WrittenPosition(text[parts[0]].ToString(), epoch, number);
        return position.Module.Length > 0;
    }

    public bool IsAfter(WrittenPosition other) => (Epoch, Position).CompareTo((other.Epoch, other.Position)) > 0;
}

/// <summary>
/// Remembers what each client has written, so that it reads its own writes while two sides hold the data. Browsers carry it in a signed cookie, which
/// any proxy of the installation can read; the rest is remembered here, by credential or by address and program, in a cache of bounded size.
/// </summary>
internal sealed class OwnWrites(CookieSigner signer, IPositionWait wait, int mostClients = 100_000) : IDisposable
{
    public const string Cookie = "strangler-rw";
    private static readonly TimeSpan Age = TimeSpan.FromHours(1);
    private readonly MemoryCache _clients = new(new MemoryCacheOptions { SizeLimit = mostClients });
    private readonly ConcurrentDictionary<string, NextLook> _looks = new(StringComparer.Ordinal);
    private readonly MemoryCache _reached = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    /// <summary>Takes note of the positions in an answer to a write.</summary>
    public void Remember(HttpContext context, IEnumerable<string?> headers)
    {
        var written = new List<WrittenPosition>();
        foreach (var text in headers.SelectMany(static header => header?.Split(',') ?? []))
        {
            if (WrittenPosition.TryParse(text, out var position)) written.Add(position);
        }

        if (written.Count == 0) return;
        // The cache serves browsers too: several requests may be under way before the cookie arrives, and each answer's cookie has to name them all.
        var known = EntryOf(Client(context)).Add(Carried(context).Concat(written));
        if (KeepsCookies(context.Request))
        {
            var value = string.Join('~', known.Select(static p => string.Create(CultureInfo.InvariantCulture, $"{p.Module}_{p.Epoch}_{p.Position}")));
            context.Response.Cookies.Append(Cookie, signer.Sign(Cookie, value), ProxyCookie.Options(context, Age));
        }
    }

    /// <summary>True when the client has written nothing in the module, or the copy has applied it, if need be after a short wait.</summary>
    /// <param name="context">The client's read.</param>
    /// <param name="module">The module.</param>
    /// <param name="budget">How long to wait at most.</param>
    /// <param name="everywhere">True when a client that keeps no cookies may have written through another proxy: the copy must hold whatever anybody has written then.</param>
    public ValueTask<bool> MayReadCopyAsync(HttpContext context, string module, TimeSpan budget, bool everywhere = false)
    {
        foreach (var position in Of(context))
        {
            if (position.Module == module && !(everywhere && !KeepsCookies(context.Request))) return ReachedAsync(position, budget, context.RequestAborted);
        }

        return everywhere && !KeepsCookies(context.Request) ? HasEverythingAsync(module, budget, context.RequestAborted) : new ValueTask<bool>(true);
    }

    private async ValueTask<bool> HasEverythingAsync(string module, TimeSpan budget, CancellationToken cancellation)
    {
        var look = _looks.GetOrAdd(module, static (name, state) => new NextLook(() => state.Wait.CaughtUpAsync(name, state.Budget, CancellationToken.None)), (Wait: wait, Budget: budget));
        return await look.AskAsync().WaitAsync(cancellation) is { Reached: true };
    }

    /// <summary>
    /// The latest epoch at which the client has written in the module, as its cookie tells. Through another proxy it may have written at an owner of which this one has
    /// not heard yet; what was written through this one it has heard of itself.
    /// </summary>
    public long EpochOf(HttpContext context, string module) =>
        context.Request.Headers.Cookie.Count == 0 ? 0 : Carried(context).Where(position => position.Module == module).Select(static position => position.Epoch).DefaultIfEmpty().Max();

    public void Dispose()
    {
        _clients.Dispose();
        _reached.Dispose();
    }

    private async ValueTask<bool> ReachedAsync(WrittenPosition position, TimeSpan budget, CancellationToken cancellation)
    {
        var key = (position.Module, position.Epoch);
        if (_reached.TryGetValue(key, out long reached) && reached >= position.Position) return true;
        if (!await wait.ReachedAsync(position.Module, position.Epoch, position.Position, budget, cancellation)) return false;
        _reached.Set(key, Math.Max(reached, position.Position), new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Age });
        return true;
    }

    private IEnumerable<WrittenPosition> Of(HttpContext context)
    {
        var cached = _clients.Get<ClientWrites>(Client(context))?.Positions ?? [];
        var carried = Carried(context);
        return carried.Count == 0 ? cached : ClientWrites.Merge(carried.Concat(cached));
    }

    private List<WrittenPosition> Carried(HttpContext context)
    {
        if (!context.Request.Cookies.TryGetValue(Cookie, out var cookie) || signer.Read(Cookie, cookie) is not { } value) return [];
        var carried = new List<WrittenPosition>();
        foreach (var part in value.Split('~'))
        {
            if (WrittenPosition.TryParse(part.Replace('_', ';'), out var position)) carried.Add(position);
        }

        return carried;
    }

    private ClientWrites EntryOf(ulong client)
    {
        if (_clients.TryGetValue(client, out ClientWrites? known)) return known!;
        lock (_clients)
        {
            if (_clients.TryGetValue(client, out known)) return known!;
            var entry = new ClientWrites();
            var options = new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Age };
            _clients.Set(client, entry, options);
            if (_clients.TryGetValue(client, out known)) return known!;
            // A full cache drops what is new and not what is old.
            _clients.Compact(0.1);
            return _clients.Set(client, entry, options);
        }
    }

    private static bool KeepsCookies(HttpRequest request) => request.Headers.Cookie.Count > 0 || ClientBucket.IsBrowser(request);

    private static ulong Client(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Authorization.ToString() is { Length: > 0 } credential) return StableHash.Of(credential);
        return StableHash.Of(request.Headers.UserAgent.ToString(), StableHash.Of(context.Connection.RemoteIpAddress?.ToString()));
    }
}

/// <summary>What one client has written last, per module.</summary>
internal sealed class ClientWrites
{
    private readonly Lock _adding = new();
    private volatile WrittenPosition[] _positions = [];

    public IReadOnlyList<WrittenPosition> Positions => _positions;

    public IReadOnlyList<WrittenPosition> Add(IEnumerable<WrittenPosition> written)
    {
        // Answers to several writes of one client arrive at once, and none may take back what another has added.
        lock (_adding) return _positions = Merge(_positions.Concat(written));
    }

    public static WrittenPosition[] Merge(IEnumerable<WrittenPosition> positions) =>
        positions.GroupBy(static p => p.Module).Select(static g => g.Aggregate(static (a, b) => b.IsAfter(a) ? b : a)).ToArray();
}
