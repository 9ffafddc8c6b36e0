using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;

namespace Catalog.Service.Data.Databases;

internal sealed class SqlServerKind : DatabaseKind
{
    // Several new rows at once are a MERGE with Entity Framework: the statement has a long list of faults, and servers that only speak the language lack it.
    private const int WithoutMerge = 1;

    public override string Name => "sqlserver";

    public override string LockSchema =>
        """
        DECLARE @got int;
        DECLARE @lock nvarchar(255) = DB_NAME() + N'/catalog_schema';
        EXEC @got = sp_getapplock @Resource = @lock, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 60000;
        IF @got < 0 THROW 51001, N'Another instance is making the tables and did not end within 60 s.', 1;
        """;

    public override string VersionTable => "IF OBJECT_ID(N'catalog_schema') IS NULL CREATE TABLE catalog_schema (version int NOT NULL)";

    public override DbConnection Connect(string connectionString) => new SqlConnection(connectionString);

    public override void Configure(DbContextOptionsBuilder options, string connectionString) =>
        options.UseSqlServer(connectionString, server => server.MaxBatchSize(WithoutMerge).ExecutionStrategy(static dependencies => new SqlServerReadRetry(dependencies)));

    public override bool IsConstraint(DbException error) => error is SqlException { Number: 2601 or 2627 or 547 };

    public override string? Mend(DbException error) => error switch
    {
        SqlException { Number: 18456 or 18452 } => $"SQL Server refuses the login ({error.Message.TrimEnd('.')}). Correct user name and password in Database:ConnectionString.",
        SqlException { Number: 4060 or 911 } => $"SQL Server has no such database for the login ({error.Message.TrimEnd('.')}). Create it, or name another in Database:ConnectionString.",
        SqlException { Number: 229 or 262 or 2760 } => $"SQL Server does not let the login make its tables ({error.Message.TrimEnd('.')}). Make it db_owner of the database in Database:ConnectionString.",
        SqlException { Number: -1 or 0 or 2 or 53 or 258 or 10060 or 10061 or 11001 } => $"SQL Server does not answer ({error.Message.TrimEnd('.')}). Start it, or correct its name and port in Database:ConnectionString.",
        SqlException { Number: -2146893019 } => $"The certificate of SQL Server is not trusted ({error.Message.TrimEnd('.')}). Install it here, or write TrustServerCertificate=true in Database:ConnectionString.",
        _ => null,
    };
}
