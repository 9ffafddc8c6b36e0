namespace Strangler.Stages.Switching;

/// <summary>Lets a test stop the coordinator of a real process at a named line, look at the sides, and end or pause whichever process it likes.</summary>
internal sealed class StopPoints(string directory) : IFaultPoints
{
    // A test that has died leaves no proxy standing for ever.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public void At(string point)
    {
        var stop = Path.Combine(directory, point + ".stop");
        if (!File.Exists(stop)) return;
        File.WriteAllText(Path.Combine(directory, point + ".reached"), "");
        SpinWait.SpinUntil(() => !File.Exists(stop), Longest);
    }
}
