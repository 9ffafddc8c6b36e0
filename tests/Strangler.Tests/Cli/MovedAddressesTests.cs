using Strangler.Cli.Up;

namespace Strangler.Tests.Cli;

[TestClass]
public sealed class MovedAddressesTests
{
    [TestMethod]
    [DataRow("http://127.0.0.1:5100", "http://127.0.0.1:5101")]
    [DataRow("http://localhost:5101/x?y=1", "http://localhost:5102/x?y=1")]
    [DataRow("https://[::1]:5100", "https://[::1]:5101")]
    [DataRow("// the shop at http://127.0.0.1:5100 {", "// the shop at http://127.0.0.1:5101 {")]
    [DataRow("http://shop.example:5100", "http://shop.example:5100")]
    [DataRow("http://127.0.0.1:51000", "http://127.0.0.1:51000")]
    [DataRow("http://127.0.0.1:6000", "http://127.0.0.1:6000")]
    [DataRow("5100", "5100")]
    public void Addresses_OfProcesses_AreMovedOnceAndOthersNot(string text, string expected) =>
        Assert.AreEqual(expected, new MovedAddresses(new Dictionary<int, int> { [5100] = 5101, [5101] = 5102 }).In(text));
}
