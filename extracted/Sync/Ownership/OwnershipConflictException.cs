namespace Sync.Ownership;

/// <summary>A step of a switch that does not fit what this side is: answered 409.</summary>
internal sealed class OwnershipConflictException(string message) : Exception(message);
