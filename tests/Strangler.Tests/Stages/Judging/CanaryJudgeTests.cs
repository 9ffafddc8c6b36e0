using Strangler.Evidence.Sampling;
using Strangler.Stages;
using Strangler.Stages.Judging;

namespace Strangler.Tests.Stages.Judging;

[TestClass]
public sealed class CanaryJudgeTests
{
    private static readonly Answers Usual = new();

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Sides_EquallyGoodForTenMinutes_AreLeftAlone(int seed)
    {
        var canary = new CanaryUnderTest(endpoints: 3, seed);
        var alike = new Answers(Median: 40, Failing: 0.01, Wrong: 0.0002);
        var (breach, _) = canary.Until(600, alike, alike, rate: 10);
        Assert.IsNull(breach, breach?.Reason);
    }

    [TestMethod]
    [DataRow(1.0, 3)]
    [DataRow(0.3, 5)]
    [DataRow(0.1, 15)]
    public void Service_Fails_IsABreachOfErrorsSoon(double failing, int within)
    {
        var canary = new CanaryUnderTest();
        Assert.IsNull(canary.Until(60, Usual, Usual).Breach);
        var began = canary.Clock.GetUtcNow();
        var (breach, seconds) = canary.Until(within, Usual, Usual with { Failing = failing });
        Assert.AreEqual(BreachKind.Errors, breach?.Kind, $"after {seconds} s");
        Assert.IsGreaterThanOrEqualTo(began, breach!.Since);
        StringAssert.Contains(breach.Reason, "The service fails more often, all endpoints, last");
    }

    [TestMethod]
    public void Both_FailAlike_IsNoBreach()
    {
        var canary = new CanaryUnderTest();
        var failing = Usual with { Failing = 0.3 };
        Assert.IsNull(canary.Until(60, failing, failing).Breach);
    }

    [TestMethod]
    public void Service_SlowerByTwoHundredMilliseconds_IsABreachOfLatencyWithinSixSeconds()
    {
        var canary = new CanaryUnderTest();
        Assert.IsNull(canary.Until(60, Usual, Usual).Breach);
        var began = canary.Clock.GetUtcNow();
        var (breach, seconds) = canary.Until(20, Usual, Usual with { Extra = 200 });
        Assert.AreEqual(BreachKind.Latency, breach?.Kind);
        Assert.IsLessThanOrEqualTo(6, seconds);
        Assert.IsGreaterThanOrEqualTo(began, breach!.Since);
        Assert.AreEqual(200, breach.Figures.Shift!.Value, 40);
    }

    [TestMethod]
    public void Service_SlowerByLessThanAnyoneNotices_IsNoBreach()
    {
        var canary = new CanaryUnderTest();
        Assert.IsNull(canary.Until(90, Usual, Usual with { Extra = 15 }).Breach);
    }

    [TestMethod]
    public void Service_SlowerByAnUncertainAmount_IsABreachOnceTheAmountIsKnown()
    {
        var canary = new CanaryUnderTest();
        // Two thirds of the answers are 845 ms later, the others 45 ms: after a few seconds it is sure that the service is slower, and not by how much.
        var uneven = Usual with { Extra = 45, Late = 0.65, ByLate = 800 };
        Assert.IsNull(canary.Until(7, Usual, uneven).Breach);
        Assert.AreEqual(BreachKind.Latency, canary.Until(60, Usual, uneven).Breach?.Kind);
    }

    [TestMethod]
    [DataRow(1, 20)]
    [DataRow(15, 2)]
    public void Both_BecomeSlow_IsNoBreach(int endpoints, int rate)
    {
        var canary = new CanaryUnderTest(endpoints);
        canary.Until(30, Usual, Usual, rate);
        var slow = Usual with { Extra = 300 };
        var (breach, _) = canary.Until(30, slow, slow, rate);
        Assert.IsNull(breach, breach?.Reason);
    }

    [TestMethod]
    public void Service_StopsAnswering_IsABreachAlthoughNothingFails()
    {
        var canary = new CanaryUnderTest();
        canary.Until(30, Usual, Usual);
        var (breach, seconds) = canary.Until(20, Usual, Usual with { Never = true });
        Assert.AreEqual(BreachKind.Latency, breach?.Kind);
        Assert.IsLessThanOrEqualTo(8, seconds);
    }

    [TestMethod]
    public void Service_AnswersOtherwise_IsABreachOfMismatches()
    {
        var canary = new CanaryUnderTest();
        Assert.IsNull(canary.Until(30, Usual, Usual).Breach);
        var (breach, seconds) = canary.Until(5, Usual, Usual with { Wrong = 1 });
        Assert.AreEqual(BreachKind.Mismatches, breach?.Kind, $"after {seconds} s");
        StringAssert.Contains(breach!.Reason, "match rate of 0.999");
    }

    [TestMethod]
    public void OneEndpointOfTen_IsSlow_IsFoundAndNamed()
    {
        var canary = new CanaryUnderTest(endpoints: 10);
        canary.Until(20, Usual, Usual, rate: 8);
        var (breach, seconds) = canary.Until(15, Usual, Usual with { Extra = 400 }, rate: 8, only: "e7");
        Assert.AreEqual((BreachKind.Latency, "e7"), (breach?.Kind, breach?.Scope), $"after {seconds} s");
    }

    [TestMethod]
    public void EndpointsOfDifferentSpeed_FewRequestsEach_AreJudgedTogether()
    {
        var canary = new CanaryUnderTest(endpoints: 15);
        canary.Until(20, Usual, Usual, rate: 2);
        var (breach, seconds) = canary.Until(10, Usual, Usual with { Extra = 200 }, rate: 2);
        Assert.AreEqual((BreachKind.Latency, CanaryFigures.All), (breach?.Kind, breach?.Scope), $"after {seconds} s");
    }

    [TestMethod]
    public void Everybody_OnTheService_IsJudgedAgainstTheLegacysLastAnswers()
    {
        var canary = new CanaryUnderTest();
        canary.Until(30, Usual, Usual);
        var nobody = Usual with { Rate = 0 };
        Assert.IsNull(canary.Until(120, nobody, Usual).Breach);
        Assert.AreEqual(BreachKind.Errors, canary.Until(5, nobody, Usual with { Failing = 1 }).Breach?.Kind);
    }

    [TestMethod]
    public void FewAnswers_SayNothing()
    {
        var canary = new CanaryUnderTest();
        for (var i = 0; i < 19; i++) Assert.IsNull(canary.Pass(Usual, Usual with { Failing = 1, Wrong = 1 }, rate: 1)?.Reason);
        Assert.IsNotNull(canary.Until(10, Usual, Usual with { Failing = 1 }, rate: 1).Breach);
    }

    [TestMethod]
    public void Samples_OfManyRequestsAtOnce_AreAllCounted()
    {
        var samples = new SideSamples();
        Parallel.For(0, 64_000, i =>
        {
            var bucket = samples.At(i / 1000);
            if (i % 10 == 0) bucket.Fail();
            else bucket.Answer(i % 50);
        });
        var seen = samples.Between(0, 63, double.MaxValue);
        Assert.AreEqual((64_000L, 6_400L, 0L), (seen.Answered, seen.Failed, seen.FailedFirst));
        Assert.HasCount(64 * SecondBucket.Kept, seen.Latencies);
    }

    [TestMethod]
    public void Latencies_OfASecond_AreEachKeptAsOftenAndTheSameEachTime()
    {
        const int seconds = 2_000;
        const int answers = 100;
        var kept = new int[answers];
        for (var second = 0; second < seconds; second++)
        {
            var latencies = Kept(second);
            CollectionAssert.AreEqual(latencies, Kept(second));
            foreach (var number in latencies) kept[(int)number]++;
        }

        var expected = (double)seconds * SecondBucket.Kept / answers;
        var deviation = Math.Sqrt(expected * (1 - ((double)SecondBucket.Kept / answers)));
        Assert.IsLessThan(5 * deviation, kept.Max(count => Math.Abs(count - expected)), string.Join(' ', kept));

        static float[] Kept(int second)
        {
            var bucket = new SecondBucket(second);
            for (var number = 0; number < answers; number++) bucket.Answer(number);
            return bucket.Latencies.ToArray();
        }
    }

    [TestMethod]
    public void Sample_BeforeShadow_CostsNothing()
    {
        var book = new SampleBook(TimeProvider.System);
        book.Begin("e", Stage.Canary, Side.Service).Answered();
        Measure(Stage.Legacy);
        Assert.AreEqual(0, Measure(Stage.Legacy));
        Measure(Stage.Canary);
        // One small object for a request, besides a bucket for each second.
        Assert.IsLessThan(80 * 1000, Measure(Stage.Canary));

        long Measure(Stage stage)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                using var sample = book.Begin("e", stage, Side.Service);
                sample.Answered();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
