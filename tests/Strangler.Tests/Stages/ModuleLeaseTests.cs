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

    [TestMethod]
    public async Task Renewal_StoreDoesNotAnswer_HolderIsTold()
    {
        var store = FailingStore.Create(failures: int.MaxValue, hanging: true);
        var lease = (await ModuleLease.TakeAsync(store, "catalog", Duration, TimeProvider.System, CancellationToken.None))!;
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested, TimeSpan.FromSeconds(10));
        await lease.DisposeAsync();
    }

    /// <summary>Grants a lease once, and fails so many times after that.</summary>
    public class FailingStore : DispatchProxy
    {
        private int _failures;
        private bool _hanging;

        public int Calls { get; private set; }

        internal static IStageStore Create(int failures, bool hanging = false)
        {
            var store = Create<IStageStore, FailingStore>();
            (Of(store)._failures, Of(store)._hanging) = (failures, hanging);
            return store;
        }

        internal static FailingStore Of(IStageStore store) => (FailingStore)(object)store;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name != nameof(IStageStore.TakeLeaseAsync)) return Task.CompletedTask;
            if (++Calls == 1 || _failures-- <= 0) return Task.FromResult<long?>(1);
            return _hanging ? HangAsync((CancellationToken)args![^1]!) : Task.FromException<long?>(new IOException("the disk is away"));
        }

        private static async Task<long?> HangAsync(CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return null;
        }
    }
}
