using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using TestKit.Processes;

namespace TestKit.Databases;

/// <summary>
/// A PostgreSQL of this test process alone: started on first use on a free loopback port, stopped and deleted with the process, however that
/// ends. A small shell script keeps it, and ends when the pipe from here does.
/// </summary>
public sealed class PostgresCluster : IRestartableDatabase
{
    private const string Install = "apt-get install -y postgresql";
    private static readonly Lazy<Task<PostgresCluster>> Shared = new(StartAsync);
    private readonly Process _keeper;
    private readonly FreePort _port;
    private readonly string _connectionString;
    private int _databases;
    private int _ended;

    private PostgresCluster(Process keeper, FreePort port, string home, string password)
    {
        _keeper = keeper;
        Home = home;
        _port = port;
        _connectionString = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port.Number,
            Username = "postgres",
            Password = password,
            Database = "postgres",
            IncludeErrorDetail = true,
        }.ToString();
    }

    /// <summary>The superuser's connection to the database <c>postgres</c>.</summary>
    public string ConnectionString => _connectionString;

    /// <summary>Its directory.</summary>
    public string Home { get; }

    public int Port => _port.Number;

    /// <summary>The process that keeps the server.</summary>
    public int KeeperId => _keeper.Id;

    /// <summary>The test process's own cluster, which lives as long as the process; the test is inconclusive where PostgreSQL is not installed.</summary>
    public static Task<PostgresCluster> GetAsync() => Shared.Value;

    /// <summary>The same server, another database.</summary>
    public string ConnectionStringTo(string database) => new NpgsqlConnectionStringBuilder(_connectionString) { Database = database }.ToString();

    /// <summary>A name for a database that nobody in this cluster has used.</summary>
    public string NextName(string prefix = "test") => $"{prefix}_{Interlocked.Increment(ref _databases)}";

    /// <summary>Runs statements in the database <c>postgres</c> as the superuser.</summary>
    public async Task RunAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements that take no parameters, with names made here.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>One more cluster, for a test that ends it.</summary>
    public static async Task<PostgresCluster> StartAsync()
    {
        if (Programs() is null) Assert.Inconclusive($"This test needs PostgreSQL. Install it with: {Install}");
        var port = FreePort.Take();
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var home = Directory.CreateTempSubdirectory("strangler-postgres-").FullName;
        using var script = new StreamReader(typeof(PostgresCluster).Assembly.GetManifestResourceStream("PostgresCluster.sh")!);
        var start = new ProcessStartInfo("/bin/sh", ["-c", await script.ReadToEndAsync(), "postgres-cluster", Programs()!, home, $"{port.Number}", Unprivileged() ?? ""])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var keeper = Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start.");
        await keeper.StandardInput.WriteLineAsync(password);
        await keeper.StandardInput.FlushAsync();
        if (await keeper.StandardOutput.ReadLineAsync() == "ready") return new PostgresCluster(keeper, port, home, password);
        throw new InvalidOperationException($"PostgreSQL did not start: {await keeper.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Lets the server crash, and waits until it takes connections again.</summary>
    public async Task RestartAsync()
    {
        await _keeper.StandardInput.WriteLineAsync("restart");
        await _keeper.StandardInput.FlushAsync();
        if (await _keeper.StandardOutput.ReadLineAsync() != "ready") throw new InvalidOperationException($"PostgreSQL did not start again: {await _keeper.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Lets go of the keeper, as the kernel does for a process that dies, and waits until it has cleaned up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
        _port.Dispose();
    }

    /// <summary>Debian's newest version, else what the path leads to.</summary>
    private static string? Programs()
    {
        const string debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(debian) ? Directory.GetDirectories(debian) : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return versions.OrderByDescending(static d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0).Select(static d => Path.Combine(d, "bin")).Concat(path).FirstOrDefault(static d => File.Exists(Path.Combine(d, "initdb")));
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static string? Unprivileged()
    {
        if (!Environment.IsPrivilegedProcess) return null;
        return File.ReadLines("/etc/passwd").Any(static line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
    }
}
