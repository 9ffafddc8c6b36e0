using System.Data.Common;
using System.Globalization;
using Faults.History;

namespace Faults.Storage;

/// <summary>The proxies' state, read from outside: what the journal says about switches.</summary>
/// <param name="schema">What stands before the tables' names.</param>
internal abstract class ProxyState(string schema) : IHindered
{
    /// <summary>The unfinished switch: its number, phase and the token of its coordinator; null when there is none.</summary>
    public (long Id, string Phase, long Token)? Unfinished() =>
        Read($"SELECT id, phase, token FROM {schema}switch_journal WHERE outcome IS NULL", static r => (r.GetInt64(0), r.GetString(1), r.GetInt64(2))) is [var open, ..] ? open : null;

    public long LastSwitch() => Read($"SELECT COALESCE(MAX(id), 0) FROM {schema}switch_journal", static r => r.GetInt64(0))[0];

    public string Owner() => Read($"SELECT owner FROM {schema}module_state WHERE module = 'catalog'", static r => r.GetString(0))[0];

    public long Epoch() => Read($"SELECT epoch FROM {schema}module_state WHERE module = 'catalog'", static r => r.GetInt64(0))[0];

    /// <summary>Every switch that got as far as a fence.</summary>
    public List<FencePoint> Fences() => Read(
        $$"""SELECT from_side, to_side, old_epoch, new_epoch, position, COALESCE(outcome, 'open') FROM {{schema}}switch_journal WHERE keys <> '{}' ORDER BY id""",
        static r => new FencePoint(Lower(r.GetString(0)), Lower(r.GetString(1)), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetString(5)));

    /// <summary>True when somebody is in a transaction that keeps others out, and stays in it.</summary>
    public abstract bool IsLocked();

    public abstract IDisposable Lock();

    public IDisposable? Fill() => null;

    public abstract bool Disconnect();

    public override string ToString() => string.Join("; ", Read(
        $"SELECT stage, owner, epoch, switching FROM {schema}module_state",
        static r => string.Create(CultureInfo.InvariantCulture, $"{r.GetString(0)} {r.GetString(1)} {r.GetInt64(2)} {r.GetValue(3)}")).Append($"journal {Unfinished()?.ToString() ?? "closed"}"));

    /// <summary>An open connection for looking.</summary>
    protected abstract DbConnection Open();

    private List<T> Read<T>(string sql, Func<DbDataReader, T> row)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }

#pragma warning disable CA1308 // The sides call themselves in lower case.
    private static string Lower(string side) => side.ToLowerInvariant();
#pragma warning restore CA1308
}
