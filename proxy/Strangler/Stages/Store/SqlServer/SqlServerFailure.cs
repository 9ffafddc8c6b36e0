using System.Data.Common;
using Microsoft.Data.SqlClient;

namespace Strangler.Stages.Store.SqlServer;

/// <summary>What SQL Server's errors ask for.</summary>
internal static class SqlServerFailure
{
    public const int DuplicateKey = 2627;
    public const int DuplicateIndexRow = 2601;
    private const int TimedOut = -2;
    private const byte ConnectionEnds = 20;

    /// <summary>True when the connection has failed, or the server is going away or coming up.</summary>
    public static bool IsBroken(DbException error) => error is SqlException { Number: not TimedOut } failed && (failed.Class >= ConnectionEnds || failed.Number is 0 or 233 or 10053 or 10054 or 6005 or 17142);

    /// <summary>How the operator mends it.</summary>
    /// <param name="error">What the driver threw.</param>
    /// <param name="setting">Where the connection string was given.</param>
    public static string Mend(DbException error, string setting) => (error as SqlException)?.Number switch
    {
        18456 or 18452 => $"Correct user name and password in {setting}.",
        4060 or 911 => $"Create the database and a user for the login in it, or name another in {setting}.",
        229 or 262 or 2760 or 2571 or 15247 => $"Give the login of {setting} that right: db_ddladmin, db_datareader and db_datawriter in its database, dbcreator for whole databases.",
        -2146893019 => $"The server's certificate is not trusted here: install it, or write TrustServerCertificate=true in {setting}.",
        -1 or 2 or 53 or 258 or 10060 or 10061 or 11001 or 0 or TimedOut => $"Start the server, or correct its name and port in {setting}.",
        _ => $"Mend what the server names, or set {setting} to another database.",
    };
}
