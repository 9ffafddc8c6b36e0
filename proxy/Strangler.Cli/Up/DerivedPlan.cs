namespace Strangler.Cli.Up;

/// <summary>
/// The plan that the proxy of a moved system reads: the user's plan with moved addresses, in the data directory, kept in step with it.
/// A wrong plan is copied as it is, so that the proxy itself reports it and keeps the last good one.
/// </summary>
internal sealed class DerivedPlan(UpLayout layout, MovedAddresses addresses)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private string? _copied;

    /// <summary>The file that the proxy is to read.</summary>
    public string File => addresses.Any ? layout.DerivedPlan : layout.Plan;

    /// <summary>Writes the derived plan where addresses have moved.</summary>
    public void Write()
    {
        if (addresses.Any) Copy();
    }

    /// <summary>Follows the user's plan until cancelled.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (!addresses.Any) return;
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken)) Copy();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run has ended.
        }
    }

    private void Copy()
    {
        try
        {
            var source = System.IO.File.ReadAllText(layout.Plan);
            if (source == _copied) return;
            var aside = layout.DerivedPlan + ".new";
            System.IO.File.WriteAllText(aside, addresses.In(source));
            System.IO.File.Move(aside, layout.DerivedPlan, overwrite: true);
            _copied = source;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // The proxy reports a missing plan, as it does without an offset.
            System.IO.File.Delete(layout.DerivedPlan);
            _copied = null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // An editor holds the file for a moment; the next look reads it.
        }
    }
}
