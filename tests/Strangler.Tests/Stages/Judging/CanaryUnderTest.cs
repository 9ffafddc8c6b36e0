using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages;
using Strangler.Stages.Judging;

namespace Strangler.Tests.Stages.Judging;

/// <summary>A module at Canary, a second of whose traffic is made at a time.</summary>
internal sealed class CanaryUnderTest
{
    private readonly EvidenceLedger _ledger;
    private readonly CanaryJudge _judge;
    private readonly Random _random;

    public CanaryUnderTest(int endpoints = 1, int seed = 1)
    {
        _ledger = new EvidenceLedger(Clock);
        _judge = new CanaryJudge(_ledger, Clock);
        _random = new Random(seed);
        Module = new PlannedModule(
            "catalog", [new Uri("http://service")], DataMode.Shared, [.. Enumerable.Range(0, endpoints).Select(static i => new PlannedEndpoint($"e{i}", "GET", $"/e{i}", false))], CompareRules.Exact, new GateLimits());
        foreach (var endpoint in Module.Endpoints) _ledger.Samples.Begin(endpoint.Id, Stage.Canary, Side.Legacy).Dispose();
    }

    public ManualClock Clock { get; } = new();

    public PlannedModule Module { get; }

    /// <summary>A second of traffic at every endpoint, and the judge's look at its end.</summary>
    /// <param name="legacy">How the legacy answers.</param>
    /// <param name="service">How the service answers.</param>
    /// <param name="rate">Requests to each side at each endpoint.</param>
    /// <param name="only">The one endpoint at which the service answers like this; elsewhere it answers as the legacy does.</param>
    public CanaryBreach? Pass(Answers legacy, Answers service, int rate = 20, string? only = null)
    {
        foreach (var endpoint in Module.Endpoints)
        {
            Answer(endpoint, Side.Legacy, legacy, legacy.Rate ?? rate);
            Answer(endpoint, Side.Service, only is null || only == endpoint.Id ? service : legacy, service.Rate ?? rate);
        }

        Clock.Move(TimeSpan.FromSeconds(1));
        return Look().Breach;
    }

    /// <summary>Passes until there is a breach.</summary>
    public (CanaryBreach? Breach, int Seconds) Until(int most, Answers legacy, Answers service, int rate = 20, string? only = null)
    {
        for (var second = 1; second <= most; second++)
        {
            if (Pass(legacy, service, rate, only) is { } breach) return (breach, second);
        }

        return (null, most);
    }

    public CanaryVerdict Look() => _judge.Judge(Module, ModuleState.Initial("catalog") with { Stage = Stage.Canary, CanaryPercent = 50 })!;

    private void Answer(PlannedEndpoint endpoint, Side side, Answers answers, int rate)
    {
        var samples = _ledger.Samples.Of(endpoint.Id)!;
        for (var i = 0; i < rate; i++)
        {
            var bucket = samples.On(side).At(Clock.Second);
            if (answers.Never)
            {
                bucket.Begin();
                continue;
            }

            if (_random.NextDouble() < answers.Failing) bucket.Fail();
            // Long tails, as latencies have: a log-normal with its median.
            else bucket.Answer((float)(answers.Extra + (i < rate * answers.Late ? answers.ByLate : 0) + answers.Median * Math.Exp(0.6 * Gauss())));
            if (side == Side.Service) _ledger.Count(endpoint.Id, _random.NextDouble() < answers.Wrong ? ComparisonClass.Mismatch : ComparisonClass.Match, 200);
        }
    }

    private double Gauss() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}

/// <summary>How a side answers for a second: <paramref name="Extra"/> is added to all answers, <paramref name="ByLate"/> to exactly the share <paramref name="Late"/> of them.</summary>
internal sealed record Answers(double Median = 20, double Extra = 0, double Late = 0, double ByLate = 0, double Failing = 0, double Wrong = 0, bool Never = false, int? Rate = null);
