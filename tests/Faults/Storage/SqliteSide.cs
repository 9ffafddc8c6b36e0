using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Faults.Storage;

/// <summary>A side's SQLite file.</summary>
internal sealed class SqliteSide(string side, string file, SmallDisk? disk) : SideDatabase(side)
{
    public override IDisposable Lock() => Lock(file);

    public override IDisposable? Fill() => disk?.Fill();

    public override bool Disconnect() => false;

    /// <summary>The write lock of a file, held until disposed.</summary>
    public static IDisposable Lock(string file)
    {
        var connection = Connect(file, "ReadWrite");
        try
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static SqliteConnection Connect(string file, string mode)
    {
        var connection = new SqliteConnection($"Data Source={file};Mode={mode};Pooling=False");
        connection.Open();
        return connection;
    }

    protected override DbConnection Open() => Connect(file, "ReadOnly");
}
