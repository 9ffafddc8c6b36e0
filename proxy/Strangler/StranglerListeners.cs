using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Strangler;

/// <summary>What the proxy needs of Kestrel so that requests and answers pass untouched, and how public and admin listeners are told apart.</summary>
public static class StranglerListeners
{
    /// <summary>Takes off the server's own limits and keeps header bytes outside ASCII as they are.</summary>
    public static void ConfigureStrangler(this KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestHeaderCount = 1000;
        limits.MaxRequestHeadersTotalSize = 1024 * 1024;
        limits.MaxRequestLineSize = 64 * 1024;
        limits.MaxRequestBufferSize = 2 * 1024 * 1024;
        limits.Http2.MaxRequestHeaderFieldSize = 1024 * 1024;
        limits.Http2.MaxStreamsPerConnection = 1000;
    }

    /// <summary>Marks a listener as the operator's: the public URL space is not reachable through it, and nothing else is reachable through the others.</summary>
    public static void UseStranglerAdmin(this ListenOptions listener) => listener.Use(static next => connection =>
    {
        connection.Features.Set(AdminListener.Mark);
        return next(connection);
    });

    /// <summary>True when the request came through a listener marked by <see cref="UseStranglerAdmin"/>.</summary>
    public static bool IsStranglerAdmin(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<AdminListener>() is not null;
    }

    private sealed class AdminListener
    {
        public static AdminListener Mark { get; } = new();
    }
}
