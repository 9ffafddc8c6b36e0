using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Faults.Storage;

/// <summary>The proxies' state as a file that they share.</summary>
internal sealed class SqliteState(string file) : ProxyState("")
{
    public override bool IsLocked()
    {
        using var connection = SqliteSide.Connect(file, "ReadWrite");
        using var command = connection.CreateCommand();
        try
        {
            command.CommandText = "PRAGMA busy_timeout = 1000; BEGIN IMMEDIATE; ROLLBACK";
            command.CommandTimeout = 1;
            command.ExecuteNonQuery();
            return false;
        }
        catch (SqliteException)
        {
            return true;
        }
    }

    public override IDisposable Lock() => SqliteSide.Lock(file);

    public override bool Disconnect() => false;

    protected override DbConnection Open() => SqliteSide.Connect(file, "ReadOnly");
}
