namespace Sync.Delivery;

/// <summary>The receiver takes no request as large as this one, so that sending it again is of no use.</summary>
internal sealed class BatchTooLargeException(string message) : IOException(message);
