namespace Strangler.Stages.Switching;

/// <summary>Named lines of a switch at which a test can end the coordinator.</summary>
internal interface IFaultPoints
{
    /// <summary>Does nothing in production.</summary>
    void At(string point);
}

/// <summary>What production uses.</summary>
internal sealed class NoFaultPoints : IFaultPoints
{
    public void At(string point)
    {
        // Nothing: the points exist for tests.
    }
}
