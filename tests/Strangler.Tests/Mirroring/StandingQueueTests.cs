using Strangler.Mirroring;
using Strangler.Tests.Stages.Judging;

namespace Strangler.Tests.Mirroring;

[TestClass]
public sealed class StandingQueueTests
{
    private readonly ManualClock _clock = new();

    [TestMethod]
    public async Task Queue_ThatStands_ShedsForAWhileAndThenTakesInAgain()
    {
        var queue = new StandingQueue<int>(1000, _clock);
        await StandAsync(queue);

        Assert.IsTrue(queue.Sheds, "everything has waited too long for a whole interval");
        _clock.Move(StandingQueue<int>.FirstPause);
        Assert.IsFalse(queue.Sheds, "after the pause");
    }

    [TestMethod]
    public async Task Queue_ThatStandsAgain_ShedsTwiceAsLong()
    {
        var queue = new StandingQueue<int>(1000, _clock);
        var pause = StandingQueue<int>.FirstPause;
        for (var i = 0; i < 8; i++)
        {
            await StandAsync(queue);
            _clock.Move(pause - TimeSpan.FromMilliseconds(1));
            Assert.IsTrue(queue.Sheds, $"time {i + 1}, just before {pause}");
            _clock.Move(TimeSpan.FromMilliseconds(1));
            Assert.IsFalse(queue.Sheds, $"time {i + 1}, after {pause}");
            pause = pause * 2 > StandingQueue<int>.LongestPause ? StandingQueue<int>.LongestPause : pause * 2;
        }
    }

    [TestMethod]
    public async Task Queue_ThatHasMovedForAsLongAsThePause_BeginsWithTheShortestPauseAgain()
    {
        var queue = new StandingQueue<int>(1000, _clock);
        await StandAsync(queue);
        _clock.Move(StandingQueue<int>.FirstPause);
        await PassAsync(queue, TimeSpan.Zero);
        _clock.Move(StandingQueue<int>.FirstPause * 3);
        await PassAsync(queue, TimeSpan.Zero);

        await StandAsync(queue);
        _clock.Move(StandingQueue<int>.FirstPause);
        Assert.IsFalse(queue.Sheds);
    }

    [TestMethod]
    public async Task Burst_ThatIsTakenOffInTime_ShedsNothing()
    {
        var queue = new StandingQueue<int>(1000, _clock);
        for (var i = 0; i < 100; i++)
        {
            // Late, and then in time: the queue absorbs bursts and does not stand.
            await PassAsync(queue, StandingQueue<int>.Target * 2);
            await PassAsync(queue, StandingQueue<int>.Target / 2);
            Assert.IsFalse(queue.Sheds);
        }
    }

    [TestMethod]
    public void Queue_ThatIsFull_Sheds()
    {
        var queue = new StandingQueue<int>(2, _clock);
        Assert.IsTrue(queue.TryAdd(1));
        Assert.IsFalse(queue.Sheds);
        Assert.IsTrue(queue.TryAdd(2));
        Assert.IsTrue(queue.Sheds);
        Assert.IsFalse(queue.TryAdd(3));
    }

    private async Task StandAsync(StandingQueue<int> queue)
    {
        for (var waited = TimeSpan.Zero; waited <= StandingQueue<int>.Interval; waited += StandingQueue<int>.Target) await PassAsync(queue, StandingQueue<int>.Target);
    }

    /// <summary>One piece of work that waits so long before it is taken off.</summary>
    private async Task PassAsync(StandingQueue<int> queue, TimeSpan waits)
    {
        Assert.IsTrue(queue.TryAdd(7));
        _clock.Move(waits);
        await foreach (var work in queue.ReadAllAsync(CancellationToken.None))
        {
            Assert.AreEqual(7, work);
            break;
        }
    }
}
