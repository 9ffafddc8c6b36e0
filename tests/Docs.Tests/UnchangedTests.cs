namespace Docs.Tests;

/// <summary>A plain run changes no file. Looked at again once all tests have ended.</summary>
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
