using System.Data;
using System.Globalization;
using Microsoft.Data.SqlClient;

namespace Legacy.Web.Data.Databases;

/// <summary>Rows by bulk copy, some thousands at a time.</summary>
internal sealed class SqlServerCopy : BulkInsert
{
    private const int RowsAtOnce = 5_000;
    private readonly SqlBulkCopy _copy;
    private readonly DataTable _rows = new() { Locale = CultureInfo.InvariantCulture };

    public SqlServerCopy(SqlTransaction transaction, string table, IReadOnlyList<string> columns)
    {
        // Given keys are kept where they are given; the identity follows them.
        var options = columns.Contains("Id") ? SqlBulkCopyOptions.KeepIdentity : SqlBulkCopyOptions.Default;
        _copy = new SqlBulkCopy(transaction.Connection, options | SqlBulkCopyOptions.CheckConstraints, transaction) { DestinationTableName = $"[{table}]", BulkCopyTimeout = 0 };
        foreach (var column in columns)
        {
            _rows.Columns.Add(column, typeof(object));
            _copy.ColumnMappings.Add(column, column);
        }
    }

    public override void Add(params ReadOnlySpan<object> values)
    {
        _rows.Rows.Add(values.ToArray());
        if (_rows.Rows.Count == RowsAtOnce) Send();
    }

    protected override void Finish()
    {
        if (_rows.Rows.Count > 0) Send();
        _rows.Dispose();
        ((IDisposable)_copy).Dispose();
    }

    private void Send()
    {
        _copy.WriteToServer(_rows);
        _rows.Clear();
    }
}
