namespace Docs.Tests;

/// <summary>A plain run changes no file. This is looked at after the tests that run beside each other.</summary>
[TestClass]
[DoNotParallelize]
public sealed class UnchangedTests
{
    [TestMethod]
    public void Files_OfTheDocumentation_AreAsBeforeTheTests()
    {
        if (!DateUpdate.IsPlain)
        {
            Assert.Inconclusive("This run was asked to change files.");
        }

        DocumentationFiles.AssertUnchanged();
    }
}
