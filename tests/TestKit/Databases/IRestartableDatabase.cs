namespace TestKit.Databases;

/// <summary>A database that can be cut off from everybody who uses it.</summary>
public interface IRestartableDatabase : IAsyncDisposable
{
    string ConnectionString { get; }

    /// <summary>Lets it end in the middle of its work, and waits until it takes connections again.</summary>
    Task RestartAsync();
}
