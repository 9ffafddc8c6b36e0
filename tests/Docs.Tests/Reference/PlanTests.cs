using System.Text.Json;
using Strangler.Plan;
using TestKit.Processes;

namespace Docs.Tests.Reference;

[TestClass]
public sealed class PlanTests
{
    private static readonly string[] _columns = ["field", "default"];
    private static readonly JsonElement _schema = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.File("docs/reference/plan.schema.json"))).RootElement;

    /// <summary>That the schema has the fields that the reader knows is a test of the plan's own.</summary>
    [TestMethod]
    public void Plan_Page_EqualsTheSchema() => ReferencePage.AssertEquals(
        "plan.md",
        new CodeTable("plan", _columns, [.. PlanSchema.Rows(_schema, _schema).Where(static row => row.Key is not "`$schema`" and not "`modules`")]),
        new CodeTable("plan module", _columns, [.. PlanSchema.Rows(_schema, PlanSchema.Definition(_schema, "module"))]));

    [TestMethod]
    public void Comparison_Page_EqualsTheSchema() => ReferencePage.AssertEquals(
        "comparison.md",
        new CodeTable("plan compare", _columns, [.. PlanSchema.Rows(_schema, PlanSchema.Definition(_schema, "compare"))]));

    [TestMethod]
    [DataRow(typeof(PlanLimits), "limits")]
    [DataRow(typeof(GateLimits), "gates")]
    [DataRow(typeof(CanaryLimits), "canary")]
    public void Schema_Defaults_AreThoseOfTheCode(Type limits, string section)
    {
        var made = Activator.CreateInstance(limits)!;
        var fields = (section == "limits" ? _schema : PlanSchema.Definition(_schema, "module")).GetProperty("properties").GetProperty(section).GetProperty("properties");
        var checkedFields = 0;
        foreach (var property in limits.GetProperties())
        {
            var field = fields.GetProperty(JsonNamingPolicy.CamelCase.ConvertName(property.Name));
            Assert.AreEqual(SettingText.Value(property.GetValue(made)), PlanSchema.Value(field.GetProperty("default")), $"{section}.{property.Name}");
            checkedFields++;
        }

        Assert.AreEqual(fields.EnumerateObject().Count(), checkedFields, $"Every field of {section} has a default in the code.");
    }

    [TestMethod]
    public void Schema_DefaultNoiseSample_IsThatOfTheCode() => Assert.AreEqual(
        CompareRules.Exact.NoiseSample,
        PlanSchema.Definition(_schema, "compare").GetProperty("properties").GetProperty("noiseSample").GetProperty("default").GetDouble());
}
