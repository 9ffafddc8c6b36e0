namespace Sync.Capture;

/// <summary>A change found before the save; its row is read after it, when generated values are known.</summary>
/// <param name="Map">The declared entity.</param>
/// <param name="Row">The row object, or null when it is being deleted.</param>
/// <param name="IsNew">True when the save inserts the row, so that its object is all there is to know of it.</param>
/// <param name="RemovedKey">The key of the row being deleted.</param>
internal readonly record struct PendingChange(EntityMap Map, object? Row, bool IsNew, string? RemovedKey);
