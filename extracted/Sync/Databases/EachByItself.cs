using System.Data.Common;

namespace Sync.Databases;

/// <summary>For a database within the process, to which there is no way to save, and for a driver that sends one statement at a time.</summary>
internal sealed class EachByItself : IStatements
{
    private List<int> _changed = [];

    public void Add(DbCommand statement) => _changed.Add(statement.ExecuteNonQuery());

    public Task<IReadOnlyList<int>> RunAsync(CancellationToken cancellationToken)
    {
        var changed = _changed;
        _changed = [];
        return Task.FromResult<IReadOnlyList<int>>(changed);
    }
}
