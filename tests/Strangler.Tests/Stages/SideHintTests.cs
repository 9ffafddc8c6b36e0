using System.Net.Sockets;
using System.Text.Json;
using Strangler.Stages;
using Strangler.Stages.Sides;

namespace Strangler.Tests.Stages;

[TestClass]
public sealed class SideHintTests
{
    [TestMethod]
    [DataRow(401, "Sync:Key")]
    [DataRow(403, "Sync:Key")]
    [DataRow(404, "declare the module there")]
    [DataRow(409, "strangler status")]
    [DataRow(500, "its log has the details")]
    [DataRow(503, "something is in its way")]
    public void Hint_OfAnAnswer_NeverSaysThatTheSideIsDown(int status, string expected)
    {
        var failure = status < 500 ? SideFailure.Refused : SideFailure.Unknown;
        Check(new SideException(Side.Service, "call", failure, status, "detail"), expected, down: false);
    }

    [TestMethod]
    [DataRow(HttpRequestError.ConnectionError, "Start that side", true)]
    [DataRow(HttpRequestError.NameResolutionError, "No host has that name", false)]
    [DataRow(HttpRequestError.SecureConnectionError, "certificate", false)]
    [DataRow(HttpRequestError.ResponseEnded, "not in HTTP or not to the end", false)]
    public void Hint_OfAConnection_FitsItsCause(HttpRequestError cause, string expected, bool down) => Check(
        new SideException(Side.Service, "call", SideFailure.NotSent, null, "detail", new HttpRequestException(cause, "broken", new SocketException())), expected, down);

    [TestMethod]
    public void Hint_OfATimeout_NamesLoadAndLocks() =>
        Check(new SideException(Side.Service, "call", SideFailure.Unknown, null, "no answer within 3 s", new OperationCanceledException()), "long transactions", down: false);

    [TestMethod]
    public void Hint_OfAForeignAnswer_NamesTheAddress() =>
        Check(new SideException(Side.Service, "call", SideFailure.Unknown, null, "not in the sync protocol", new JsonException()), "Another program answers", down: false);

    [TestMethod]
    public void Hint_OfAModuleThatLeftThePlan_NamesThePlan() =>
        Check(new SideException(Side.Service, "call", SideFailure.NotSent, null, "the plan no longer has it"), "Put the module back into the plan", down: false);

    private static void Check(SideException error, string expected, bool down)
    {
        var hint = SideHint.Of(error);
        StringAssert.Contains(hint, expected);
        Assert.AreEqual(down, hint.Contains("Start that side", StringComparison.Ordinal), hint);
    }
}
