using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Strangler.Decision;
using Strangler.Plan;
using Strangler.Stages;

namespace Strangler.Tests.Decision;

[TestClass]
public sealed class ClientBucketTests
{
    private static readonly ClientBucket Buckets = new(new CookieSigner(Options.Create(new StranglerOptions { Plan = "plan.json" })));

    /// <summary>Nobody moves back: whoever is chosen at a share is chosen at every larger one.</summary>
    [TestMethod]
    public void Client_ChosenAtAShare_IsChosenAtEveryLargerOne() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyString>(), Gen.Choose(0, 100).ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), static (client, one, other) =>
        {
            var bucket = Buckets.Of(Request(header: client.Get), new ClientIdentity(null, "X-Client"));
            return !Chosen(bucket, Math.Min(one, other)) || Chosen(bucket, Math.Max(one, other));
        }).QuickCheckThrowOnFailure();

    /// <summary>The conformance tests of the Gateway API ask for a weighted split of 500 requests to come out within 5 points.</summary>
    [TestMethod]
    [DataRow("cookie", 10)]
    [DataRow("cookie", 50)]
    [DataRow("header", 30)]
    [DataRow("user", 70)]
    [DataRow("address", 50)]
    [DataRow("address", 90)]
    public void FiveHundredClients_AtAShare_AreSplitWithinFivePoints(string key, int percent)
    {
        var identity = key switch
        {
            "cookie" => new ClientIdentity("session", null),
            "header" => new ClientIdentity(null, "X-Client"),
            "user" => new ClientIdentity(null, null, ClientKey.User),
            _ => new ClientIdentity(null, null, ClientKey.Address),
        };
        var chosen = Enumerable.Range(0, 500).Count(i => Chosen(Buckets.Of(Of(i), identity), percent));
        Assert.AreEqual(percent, chosen / 5.0, 5.0);

        HttpContext Of(int i) => key switch
        {
            "cookie" => Request(cookie: $"session={i:x8}"),
            "header" => Request(header: $"client-{i}"),
            "user" => Request(credential: $"Bearer token-of-{i}"),
            _ => Request(address: $"10.1.{i / 250}.{i % 250}"),
        };
    }

    [TestMethod]
    public void Client_NamedByThePlan_StaysWhereverElseItDiffers()
    {
        var user = new ClientIdentity(null, null, ClientKey.User);
        Assert.AreEqual(
            Buckets.Of(Request(credential: "Bearer a", address: "10.0.0.1", cookie: "session=1"), user),
            Buckets.Of(Request(credential: "Bearer a", address: "10.0.0.2", cookie: "session=2"), user));
        var address = new ClientIdentity(null, null, ClientKey.Address);
        Assert.AreEqual(Buckets.Of(Request(credential: "Bearer a"), address), Buckets.Of(Request(credential: "Bearer b"), address));
    }

    private static bool Chosen(int bucket, int percent) =>
        EndpointDecision.Decide(false, Stage.Canary, ModuleState.Initial("catalog") with { Stage = Stage.Canary, CanaryPercent = percent }, bucket).Target == Side.Service;

    private static DefaultHttpContext Request(string? header = null, string? cookie = null, string? credential = null, string address = "127.0.0.1")
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        if (header is not null) context.Request.Headers["X-Client"] = header;
        if (cookie is not null) context.Request.Headers.Cookie = cookie;
        if (credential is not null) context.Request.Headers.Authorization = credential;
        return context;
    }
}
