using Contract.Tests.Targets;

namespace Contract.Tests;

/// <summary>The contract, answered by the service that owns the data.</summary>
[TestClass]
public sealed class ServiceCatalogTests : CatalogContract
{
    private protected override Task<Target> TargetAsync() => RunningTargets.Service;
}
