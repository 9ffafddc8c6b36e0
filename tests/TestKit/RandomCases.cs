using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace TestKit;

/// <summary>
/// Checks a statement about many random cases. The suite's own runs begin with a fixed seed, so that they do the same every time; <c>RANDOM_CASES=N</c> asks for N cases
/// from a new seed. A failure prints the smallest case that still fails, and the <c>RANDOM_SEED</c> that does it again as the first case.
/// </summary>
public static class RandomCases
{
    private const ulong UsualSeed = 20260101;

    public static void Check<T>(int usually, Arbitrary<T> cases, Action<T> statement) => Run(usually, Prop.ForAll(cases, statement));

    /// <summary>On a thread of its own: the cases take it for long, and those who check something else need theirs.</summary>
    public static Task CheckAsync<T>(int usually, Arbitrary<T> cases, Func<T, Task> statement) =>
        Task.Factory.StartNew(() => Run(usually, Prop.ForAll(cases, statement)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>The sequence with a part of it left out, large parts first, then with one of its elements made smaller.</summary>
    public static IEnumerable<T[]> Smaller<T>(IReadOnlyList<T> sequence, Func<T, IEnumerable<T>> smaller)
    {
        for (var length = sequence.Count; length > 0; length /= 2)
        {
            for (var start = 0; start < sequence.Count; start += length)
                yield return [.. sequence.Take(start), .. sequence.Skip(start + length)];
        }

        for (var index = 0; index < sequence.Count; index++)
        {
            foreach (var instead in smaller(sequence[index]))
                yield return [.. sequence.Take(index), instead, .. sequence.Skip(index + 1)];
        }
    }

    private static void Run(int usually, Property property)
    {
        var asked = int.TryParse(Environment.GetEnvironmentVariable("RANDOM_CASES"), CultureInfo.InvariantCulture, out var number);
        var runner = new Runner();
        var config = Config.Quick.WithMaxTest(asked ? number : usually).WithRunner(runner);
        var replay = Environment.GetEnvironmentVariable("RANDOM_SEED") is { } seed ? ReadSeed(seed) : asked ? null : new Replay(new Rnd(UsualSeed), FSharpOption<int>.None);
        if (replay is not null) config = config.WithReplay(FSharpOption<Replay>.Some(replay));
        FsCheck.Check.One(config, property);
        if (runner.Failure is { } failure) Assert.Fail(failure);
    }

    private static Replay ReadSeed(string text)
    {
        var parts = text.Split(',');
        return new Replay(
            new Rnd(ulong.Parse(parts[0], CultureInfo.InvariantCulture), ulong.Parse(parts[1], CultureInfo.InvariantCulture)),
            FSharpOption<int>.Some(int.Parse(parts[2], CultureInfo.InvariantCulture)));
    }

    private sealed class Runner : IRunner
    {
        public string? Failure { get; private set; }

        public void OnStartFixture(Type t)
        {
        }

        public void OnArguments(int ntest, FSharpList<object> args, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every)
        {
        }

        public void OnShrink(FSharpList<object> args, FSharpFunc<FSharpList<object>, string> everyShrink)
        {
        }

        public void OnFinished(string name, FsCheck.TestResult result)
        {
            if (result is not FsCheck.TestResult.Failed failed)
            {
                if (!result.IsPassed) Failure = result.ToString();
                return;
            }

            var (data, seed, size) = (failed.Item1, failed.Item6, failed.Item7);
            Failure = string.Create(CultureInfo.InvariantCulture, $"""
                Case {data.NumberOfTests} fails, here as small as {data.NumberOfShrinks} attempts could make it. RANDOM_SEED={seed.Seed},{seed.Gamma},{size} does it again as the first case.
                {FsCheck.Runner.argumentsToString(failed.Item3)}
                {(failed.Item4 is Outcome.Failed { Item: var error } ? (error as AggregateException)?.InnerException ?? error : failed.Item4)}
                """);
        }
    }
}
