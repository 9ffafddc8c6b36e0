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
internal sealed class OwnWrites(CookieSigner signer, IPositionWait wait) : IDisposable
{
    public const string Cookie = "strangler-rw";
    private static readonly TimeSpan Age = TimeSpan.FromHours(1);
    private readonly MemoryCache _clients = new(new MemoryCacheOptions { SizeLimit = 100_000 });
    private readonly MemoryCache _reached = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    /// <summary>Takes note of the positions in an answer to a write.</summary>
    public void Remember(HttpContext context, IEnumerable<string?> headers)
    {
        var known = Of(context).ToDictionary(static position => position.Module, StringComparer.Ordinal);
        foreach (var text in headers.SelectMany(static header => header?.Split(',') ?? []))
        {
            if (!WrittenPosition.TryParse(text, out var position)) continue;
            if (!known.TryGetValue(position.Module, out var earlier) || position.IsAfter(earlier)) known[position.Module] = position;
        }

        if (known.Count == 0) return;
        if (KeepsCookies(context.Request))
        {
            var value = string.Join('~', known.Values.Select(static p => string.Create(CultureInfo.InvariantCulture, $"{p.Module}_{p.Epoch}_{p.Position}")));
            context.Response.Cookies.Append(Cookie, signer.Sign(Cookie, value), ProxyCookie.Options(context, Age));
        }

        // The cache serves browsers too: several requests may be under way before the cookie arrives.
        _clients.Set(Client(context), known.Values.ToArray(), new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Age });
    }

    /// <summary>True when the client has written nothing in the module, or the copy has applied it, if need be after a short wait.</summary>
    public ValueTask<bool> MayReadCopyAsync(HttpContext context, string module, TimeSpan budget)
    {
        foreach (var position in Of(context))
        {
            if (position.Module == module) return ReachedAsync(position, budget, context.RequestAborted);
        }

        return new ValueTask<bool>(true);
    }

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
        var cached = _clients.Get<WrittenPosition[]>(Client(context)) ?? [];
        if (!context.Request.Cookies.TryGetValue(Cookie, out var cookie) || signer.Read(Cookie, cookie) is not { } value) return cached;
        var carried = new List<WrittenPosition>();
        foreach (var part in value.Split('~'))
        {
            if (WrittenPosition.TryParse(part.Replace('_', ';'), out var position)) carried.Add(position);
        }

        return carried.Concat(cached).GroupBy(static p => p.Module).Select(static g => g.Aggregate(static (a, b) => b.IsAfter(a) ? b : a));
    }

    private static bool KeepsCookies(HttpRequest request) => request.Headers.Cookie.Count > 0 || ClientBucket.IsBrowser(request);

    private static ulong Client(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Authorization.ToString() is { Length: > 0 } credential) return StableHash.Of(credential);
        return StableHash.Of(request.Headers.UserAgent.ToString(), StableHash.Of(context.Connection.RemoteIpAddress?.ToString()));
    }
}
