namespace Sync.Delivery;

/// <summary>
/// How much one receiver gets in one batch. A batch that takes longer than an answer is waited for is never acknowledged, however often it is sent, and each attempt waits
/// for the one before it: nothing would get through any more. So the next one is half as large, and only then grows again, slowly.
/// </summary>
/// <param name="largest">More is never sent.</param>
internal sealed class BatchLimit(int largest)
{
    private const int Growth = 16;
    private int _most = int.MaxValue;

    public int Most => Math.Min(largest, _most);

    public void NotAnswered(int sent) => _most = Math.Max(1, Math.Min(sent, Most) / 2);

    public void Answered() => _most = Most + (Most / Growth) + 1;
}
