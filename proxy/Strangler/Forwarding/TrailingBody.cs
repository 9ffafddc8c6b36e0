using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Strangler.Mirroring;

namespace Strangler.Forwarding;

/// <summary>
/// Brings response trailers to an HTTP/1.1 client. The server writes chunked bodies without trailers, but leaves the framing to whoever sets
/// <c>Transfer-Encoding</c>: for an answer that announces trailers, that is done here.
/// </summary>
internal sealed class TrailingBody(Stream inner) : Stream
{
    private static readonly byte[] NewLine = "\r\n"u8.ToArray();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Takes over the framing when the answer announces trailers and the client could not get them otherwise.</summary>
    public static void Attach(HttpContext context, HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        if (context.Request.Protocol != "HTTP/1.1" || HttpMethods.IsHead(context.Request.Method) || status is < 200 or 204 or 205 or 304
            || !answer.Headers.NonValidated.Contains(HeaderNames.Trailer) || context.Response.ContentLength is not null) return;
        TrailingBody body;
        if (context.Response.Body is CapturingStream capture)
        {
            body = new TrailingBody(capture.Inner);
            capture.Inner = body;
        }
        else
        {
            body = new TrailingBody(context.Response.Body);
            context.Response.Body = body;
        }

        context.Response.Headers.TransferEncoding = "chunked";
    }

    /// <summary>The body that has taken over this answer's framing, if any.</summary>
    public static TrailingBody? Of(HttpContext context) => (context.Response.Body is CapturingStream capture ? capture.Inner : context.Response.Body) as TrailingBody;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0) return;
        await inner.WriteAsync(Encoding.ASCII.GetBytes(buffer.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), cancellationToken);
        await inner.WriteAsync(buffer, cancellationToken);
        await inner.WriteAsync(NewLine, cancellationToken);
    }

    public Task CompleteAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var end = new StringBuilder("0\r\n");
        foreach (var (name, values) in answer.TrailingHeaders.NonValidated)
        {
            if (InternalHeader.Is(name)) continue;
            foreach (var value in values) end.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        return inner.WriteAsync(Encoding.Latin1.GetBytes(end.Append("\r\n").ToString()), cancellation).AsTask();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
