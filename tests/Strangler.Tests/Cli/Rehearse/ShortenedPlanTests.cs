using System.Text;
using Strangler.Cli.Rehearse.Scratch;
using Strangler.Plan;

namespace Strangler.Tests.Cli.Rehearse;

[TestClass]
public sealed class ShortenedPlanTests
{
    [TestMethod]
    [DataRow("", "01:00:00")]
    [DataRow(""", "gates": { "quietBeforeRetirement": "00:05:00", "minimumComparisons": 33 }""", "00:05:00")]
    public void Quiet_LongerThanARehearsal_IsShortenedAndSaid(string gates, string said)
    {
        var (json, changes) = ShortenedPlan.Of(PlanWith(gates));
        StringAssert.Contains(changes.Single(), $"quietBeforeRetirement is 00:00:05 in place of {said}");
        var module = PlanReader.Read(Encoding.UTF8.GetBytes(json)).Snapshot!.Modules["goods"];
        Assert.AreEqual(TimeSpan.FromSeconds(5), module.Gates.QuietBeforeRetirement);
        Assert.AreEqual(gates.Length == 0 ? 100 : 33, module.Gates.MinimumComparisons, "limits stay");
    }

    [TestMethod]
    public void Quiet_ShortAlready_StaysAsItIs() =>
        Assert.IsEmpty(ShortenedPlan.Of(PlanWith(""", "gates": { "quietBeforeRetirement": "00:00:01" }""")).Changes);

    private static string PlanWith(string gates) => $$"""
        {
          // A comment.
          "legacy": { "address": "http://127.0.0.1:5100" },
          "modules": {
            "goods": {
              "service": { "addresses": [ "http://127.0.0.1:5201" ] },
              "endpoints": [ { "id": "goods.one", "match": "GET /goods/{id:int}" } ]{{gates}},
            }
          }
        }
        """;
}
