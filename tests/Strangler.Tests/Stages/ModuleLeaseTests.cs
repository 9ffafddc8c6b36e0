using System.Reflection;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;
using TestKit;

namespace Strangler.Tests.Stages;

[TestClass]
public sealed class ModuleLeaseTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(900);

    [TestMethod]
    public async Task Renewal_StoreFailsForAMoment_LeaseIsKept()
    {
        var store = FailingStore.Create(failures: 1);
        await using var lease = (await ModuleLease.TakeAsync(store, "catalog", Duration, TimeProvider.System, CancellationToken.None))!;
        await Eventually.TrueAsync(() => FailingStore.Of(store).Calls >= 4);
        Assert.IsFalse(lease.Lost.IsCancellationRequested);
        lease.ThrowIfLost();
    }

    [TestMethod]
    public async Task Renewal_StoreStaysAway_HolderIsToldAndDisposesInPeace()
    {
        var store = FailingStore.Create(failures: int.MaxValue);
        var lease = (await ModuleLease.TakeAsync(store, "catalog", Duration, TimeProvider.System, CancellationToken.None))!;
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested);
        Assert.ThrowsExactly<OperationCanceledException>(lease.ThrowIfLost);
        await lease.DisposeAsync();
    }

    /// <summary>Grants a lease once, and fails so many times after that.</summary>
    public class FailingStore : DispatchProxy
    {
        private int _failures;

        public int Calls { get; private set; }

        internal static IStageStore Create(int failures)
        {
            var store = Create<IStageStore, FailingStore>();
            Of(store)._failures = failures;
            return store;
        }

        internal static FailingStore Of(IStageStore store) => (FailingStore)(object)store;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name != nameof(IStageStore.TakeLeaseAsync)) return Task.CompletedTask;
            return ++Calls > 1 && _failures-- > 0 ? Task.FromException<long?>(new IOException("the disk is away")) : Task.FromResult<long?>(1);
        }
    }
}
