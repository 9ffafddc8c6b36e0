using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Strangler.Tests.Forwarding;

[TestClass]
public sealed class PassThroughTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public async Task Headers_OfRequest_ArriveWithHostAndBytesButNothingInternal()
    {
        await using var test = await ProxyUnderTest.StartAsync(static context => context.Response.WriteAsync(
            string.Join('\n', context.Request.Headers.Select(static header => $"{header.Key}={header.Value}")), Encoding.Latin1));
        var answer = await test.RawAsync(
            "GET /x HTTP/1.1\nHost: shop.example:81\nX-Name: Jos\u00e9\nStrangler-Key: stolen\nStrangler-Position: a;1;1\nUpgrade-Insecure-Requests: 1\nCookie: a=1; strangler-rw=x; b=2\nAccept-Encoding: gzip, br\nConnection: close\n\n");
        StringAssert.Contains(answer, "Host=shop.example:81");
        StringAssert.Contains(answer, "X-Name=Jos\u00e9");
        StringAssert.Contains(answer, "Upgrade-Insecure-Requests=1");
        StringAssert.Contains(answer, "Accept-Encoding=gzip, br");
        StringAssert.Contains(answer, "Cookie=a=1; b=2");
        Assert.DoesNotContain("Strangler-", answer);
        Assert.DoesNotContain("X-Forwarded", answer);
    }

    [TestMethod]
    public async Task Headers_OfAnswer_ArriveWithBytesButNothingInternal()
    {
        await using var test = await ProxyUnderTest.StartAsync(static context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = "/caf\u00e9?x=\u00fc";
            context.Response.Headers.Server = "old/1.0";
            context.Response.Headers.Date = "Mon, 01 Jan 2001 00:00:00 GMT";
            context.Response.Headers["Strangler-Position"] = "catalog;1;5";
            context.Response.Headers["X-Twice"] = new(["a", "b"]);
            context.Response.Headers.Append("Set-Cookie", "a=1; path=/");
            context.Response.Headers.Append("Set-Cookie", "b=2; domain=127.0.0.1; httponly");
            return Task.CompletedTask;
        });
        var answer = await test.RawAsync("GET /x HTTP/1.1\nHost: shop.example\nConnection: close\n\n");
        StringAssert.StartsWith(answer, "HTTP/1.1 302 ");
        StringAssert.Contains(answer, "Location: /caf\u00e9?x=\u00fc\r\n");
        StringAssert.Contains(answer, "Server: old/1.0\r\n");
        StringAssert.Contains(answer, "Date: Mon, 01 Jan 2001 00:00:00 GMT\r\n");
        StringAssert.Contains(answer, "X-Twice: a\r\nX-Twice: b\r\n");
        StringAssert.Contains(answer, "Set-Cookie: a=1; path=/\r\n");
        StringAssert.Contains(answer, "Set-Cookie: b=2; httponly\r\n");
        Assert.DoesNotContain("Strangler-", answer);
    }

    [TestMethod]
    public async Task Location_NamesTheInside_NamesThePublicAddressInstead()
    {
        ProxyUnderTest test = null!;
        await using var _ = test = await ProxyUnderTest.StartAsync(context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = new Uri(test.Legacy.Address, "/next?from=http%3A%2F%2Fx").ToString();
            context.Response.Headers["Refresh"] = $"5; url={test.Legacy.Address}again";
            return Task.CompletedTask;
        });
        var answer = await test.RawAsync("GET /x HTTP/1.1\nHost: shop.example\nConnection: close\n\n");
        StringAssert.Contains(answer, "Location: http://shop.example/next?from=http%3A%2F%2Fx\r\n");
        StringAssert.Contains(answer, "Refresh: 5; url=http://shop.example/again\r\n");
    }

    [TestMethod]
    public async Task Expect_UpstreamRefuses_ClientNeverSendsTheBody()
    {
        await using var test = await ProxyUnderTest.StartAsync(static context =>
        {
            context.Response.StatusCode = 413;
            return Task.CompletedTask;
        });
        using var client = await test.ConnectAsync();
        await client.GetStream().WriteAsync("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        StringAssert.StartsWith(await reader.ReadLineAsync(TestContext.CancellationToken), "HTTP/1.1 413 ");
    }

    [TestMethod]
    public async Task Expect_UpstreamAgrees_ClientIsToldToGoOn()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        using var client = await test.ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.Latin1);
        Assert.AreEqual("HTTP/1.1 100 Continue", await reader.ReadLineAsync(TestContext.CancellationToken));
        await stream.WriteAsync("hello"u8.ToArray());
        StringAssert.Contains(await reader.ReadToEndAsync(TestContext.CancellationToken), "POST /x hello");
    }

    [TestMethod]
    public async Task Answer_IsWrittenInParts_EachPartArrivesAtOnce()
    {
        var go = new SemaphoreSlim(0);
        await using var test = await ProxyUnderTest.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
                await go.WaitAsync();
            }
        });
        using var response = await test.Client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual($"data: {i}", await reader.ReadLineAsync(TestContext.CancellationToken));
            await reader.ReadLineAsync(TestContext.CancellationToken);
            go.Release();
        }

        Assert.IsNull(await reader.ReadLineAsync(TestContext.CancellationToken));
    }

    [TestMethod]
    public async Task Upload_OfTwoHundredMegabytes_StreamsThroughWithoutBeingHeld()
    {
        const long Size = 200L << 20;
        await using var test = await ProxyUnderTest.StartAsync(async context =>
        {
            var (buffer, total) = (new byte[1 << 16], 0L);
            while (await context.Request.Body.ReadAsync(buffer) is var read and > 0) total += read;
            await context.Response.WriteAsync($"{total}");
        });
        var before = GC.GetTotalAllocatedBytes();
        using var answer = await test.Client.PostAsync("/upload", new StreamContent(new Zeros(Size)));
        Assert.AreEqual($"{Size}", await answer.Content.ReadAsStringAsync());
        Assert.IsLessThan(Size / 2, GC.GetTotalAllocatedBytes() - before, "all that was allocated in the process, in bytes");
    }

    [TestMethod]
    public async Task Client_Leaves_UpstreamIsTold()
    {
        var left = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        await using var test = await ProxyUnderTest.StartAsync(async context =>
        {
            context.RequestAborted.Register(() => left.TrySetResult());
            arrived.TrySetResult();
            await left.Task;
        });
        using (var client = await test.ConnectAsync())
        {
            await client.GetStream().WriteAsync("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray());
            await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        await left.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [TestMethod]
    public async Task Upstream_BreaksOffInTheBody_ClientSeesABreakNotAnEnd()
    {
        await using var test = await ProxyUnderTest.StartAsync(static async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        var answer = "";
        try
        {
            answer = await test.RawAsync("GET /x HTTP/1.1\nHost: h\nConnection: close\n\n");
        }
        catch (IOException)
        {
            // A reset is as good a sign as a missing last chunk.
        }

        Assert.DoesNotEndWith("0\r\n\r\n", answer);
    }

    [TestMethod]
    public async Task Trailers_OfAnswer_ReachAnHttp1Client()
    {
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, Strangler-X\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\nStrangler-X: no\r\n\r\n");
        await using var test = await ProxyUnderTest.StartAsync();
        await upstream.BecomeLegacyOfAsync(test);
        var answer = await test.RawAsync("GET /x HTTP/1.1\nHost: h\nConnection: close\nTE: trailers\n\n");
        StringAssert.EndsWith(answer, "5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n");
    }

    [TestMethod]
    [DataRow("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\nbytes", 502)]
    [DataRow("rubbish\r\n\r\n", 502)]
    [DataRow("", 502)]
    [DataRow("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200)]
    [DataRow("HTTP/1.1 299 Odd Words\r\nContent-Length: 0\r\n\r\n", 299)]
    public async Task Upstream_AnswersOddly_ClientGetsACleanAnswer(string upstreamAnswer, int status)
    {
        await using var upstream = new RawUpstream(upstreamAnswer);
        await using var test = await ProxyUnderTest.StartAsync();
        await upstream.BecomeLegacyOfAsync(test);
        var answer = await test.RawAsync("GET /x HTTP/1.1\nHost: h\nConnection: close\n\n");
        StringAssert.StartsWith(answer, $"HTTP/1.1 {status} ");
        Assert.DoesNotContain("127.0.0.1", answer);
        if (status == 299) StringAssert.StartsWith(answer, "HTTP/1.1 299 Odd Words");
    }

    [TestMethod]
    [DataRow("POST /somewhere", "Content-Length: 0\n")]
    [DataRow("POST /somewhere", "")]
    [DataRow("POST /somewhere", "Content-Length: 1\n")]
    [DataRow("POST /api/products", "Content-Length: 0\n")]
    [DataRow("PATCH /somewhere", "")]
    [DataRow("DELETE /somewhere", "If-Match: \"1\"\n")]
    [DataRow("PUT /api/products/1", "If-Match: \"1\"\n")]
    [DataRow("PUT /api/products/1", "If-None-Match: *\nContent-Length: 1\n")]
    public async Task Write_ConnectionInUseEndsWithoutAnswer_IsSentOnce(string request, string headers)
    {
        await using var upstream = new RawUpstream("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", leavesTheSecondUnanswered: true);
        await using var test = await ProxyUnderTest.StartAsync();
        await upstream.BecomeLegacyOfAsync(test);
        StringAssert.StartsWith(await test.RawAsync("GET /first HTTP/1.1\nHost: h\nConnection: close\n\n"), "HTTP/1.1 200 ");
        var body = headers.Contains("Length: 1", StringComparison.Ordinal) ? "x" : "";
        var answer = await test.RawAsync($"{request} HTTP/1.1\nHost: h\nConnection: close\n{headers}\n{body}");
        StringAssert.StartsWith(answer, "HTTP/1.1 502 ");
        CollectionAssert.AreEqual(new[] { "GET /first HTTP/1.1", request + " HTTP/1.1" }, upstream.Received.ToArray());
    }

    [TestMethod]
    public async Task Upstream_IsDown_ClientGets502WithoutInsideNames()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        await test.Legacy.App.StopAsync();
        using var answer = await test.Client.GetAsync("/x");
        Assert.AreEqual(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.AreEqual("""{"type":"about:blank","title":"Bad Gateway","status":502}""", await answer.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task Connect_IsRefused()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        StringAssert.StartsWith(await test.RawAsync("CONNECT inside:443 HTTP/1.1\nHost: inside:443\nConnection: close\n\n"), "HTTP/1.1 405 ");
    }

    [TestMethod]
    [DataRow("PROPFIND")]
    [DataRow("PATCH")]
    [DataRow("DELETE")]
    [DataRow("OPTIONS")]
    [DataRow("X-ODD")]
    public async Task Method_AnyOther_ReachesTheLegacyEvenOnPlannedPaths(string method)
    {
        await using var test = await ProxyUnderTest.StartAsync();
        test.Publish(Strangler.Stages.Stage.Extracted, owner: Strangler.Stages.Side.Service, epoch: 2);
        var answer = await test.RawAsync($"{method} /api/products/1 HTTP/1.1\nHost: h\nConnection: close\n\n");
        StringAssert.Contains(answer, "X-Side: legacy");
        StringAssert.Contains(answer, $"{method} /api/products/1");
    }

    [TestMethod]
    [DataRow(204)]
    [DataRow(304)]
    public async Task Status_WithoutBody_HasNone(int status)
    {
        await using var test = await ProxyUnderTest.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.ETag = "\"1\"";
            return Task.CompletedTask;
        });
        var answer = await test.RawAsync("GET /x HTTP/1.1\nHost: h\nConnection: close\n\n");
        StringAssert.EndsWith(answer, "\r\n\r\n");
        Assert.DoesNotContain("chunked", answer);
    }

    [TestMethod]
    public async Task Head_KeepsTheLengthAndHasNoBody()
    {
        await using var test = await ProxyUnderTest.StartAsync(static context =>
        {
            context.Response.ContentLength = 1234;
            return Task.CompletedTask;
        });
        var answer = await test.RawAsync("HEAD /x HTTP/1.1\nHost: h\nConnection: close\n\n");
        StringAssert.Contains(answer, "Content-Length: 1234\r\n");
        StringAssert.EndsWith(answer, "\r\n\r\n");
    }

    [TestMethod]
    public async Task Body_PastThePlansLimit_Is413()
    {
        await using var test = await ProxyUnderTest.StartAsync(extra: "\"limits\": { \"maximumBody\": 10 },");
        using var answer = await test.Client.PostAsync("/x", new StringContent(new string('a', 11)));
        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    private sealed class Zeros(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, _left);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
