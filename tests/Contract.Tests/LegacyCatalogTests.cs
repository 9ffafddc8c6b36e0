using Contract.Tests.Targets;

namespace Contract.Tests;

/// <summary>The contract, answered by the monolith.</summary>
[TestClass]
public sealed class LegacyCatalogTests : CatalogContract
{
    private protected override Task<Target> TargetAsync() => RunningTargets.Legacy;
}
