using Contract.Tests.Targets;
using TestKit.Databases;

namespace Contract.Tests;

/// <summary>The contract, answered by the monolith.</summary>
public abstract class LegacyCatalogTests(string provider) : CatalogContract
{
    private protected override Task<Target> TargetAsync() => RunningTargets.LegacyOn(provider);
}

[TestClass]
public sealed class LegacyOnSqliteTests() : LegacyCatalogTests(TestDatabase.Sqlite);

[TestClass]
public sealed class LegacyOnPostgreSqlTests() : LegacyCatalogTests(TestDatabase.PostgreSql);

[TestClass]
public sealed class LegacyOnSqlServerTests() : LegacyCatalogTests(TestDatabase.SqlServer);
