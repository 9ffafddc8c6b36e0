using Contract.Tests.Targets;

namespace Contract.Tests;

/// <summary>The suite, asked of the proxy at one stage: the same URLs give the same answers all the way.</summary>
public abstract class ProxyCatalogTests(string stage) : CatalogContract
{
    private protected override Task<Target> TargetAsync() => RunningTargets.ProxyAt(stage);
}

[TestClass]
public sealed class ProxyAtLegacyTests() : ProxyCatalogTests("Legacy");

[TestClass]
public sealed class ProxyAtSyncingTests() : ProxyCatalogTests("Syncing");

[TestClass]
public sealed class ProxyAtShadowTests() : ProxyCatalogTests("Shadow");

[TestClass]
public sealed class ProxyAtCanaryTests() : ProxyCatalogTests("Canary");

[TestClass]
public sealed class ProxyAtExtractedTests() : ProxyCatalogTests("Extracted");

[TestClass]
public sealed class ProxyAtRetiredTests() : ProxyCatalogTests("Retired");
