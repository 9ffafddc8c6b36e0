namespace Sync.Delivery;

/// <summary>The receiver was reached and did not answer in time: whether it has done what it was sent is not known.</summary>
internal sealed class NoAnswerException(string message, Exception inner) : IOException(message, inner);
