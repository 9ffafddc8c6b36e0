using Contract.Tests.Targets;
using TestKit.Databases;

namespace Contract.Tests;

/// <summary>The contract, answered by the service that owns the data.</summary>
public abstract class ServiceCatalogTests(string provider) : CatalogContract
{
    private protected override Task<Target> TargetAsync() => RunningTargets.ServiceOn(provider);
}

[TestClass]
public sealed class ServiceOnSqliteTests() : ServiceCatalogTests(TestDatabase.Sqlite);

[TestClass]
public sealed class ServiceOnPostgreSqlTests() : ServiceCatalogTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class ServiceOnSqlServerTests() : ServiceCatalogTests(TestDatabase.SqlServer);
