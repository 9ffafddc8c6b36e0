namespace Legacy.Web.Data;

/// <summary>Many rows into one table, inside the caller's transaction; they are there once it is disposed. Generated keys begin above those given.</summary>
public abstract class BulkInsert : IDisposable
{
    public abstract void Add(params ReadOnlySpan<object> values);

    public void Dispose()
    {
        Finish();
        GC.SuppressFinalize(this);
    }

    protected abstract void Finish();
}
