namespace Faults.Running;

/// <summary>The system did not come to rest although no fault lasted.</summary>
internal sealed class StuckException(string message) : Exception(message);
