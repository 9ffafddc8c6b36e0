using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Legacy.Web.Data.Databases;

/// <summary>Asks again when a connection has failed. Only outside transactions, where nothing is written: what a lost commit has done is not known.</summary>
internal sealed class SqlServerReadRetry(ExecutionStrategyDependencies dependencies)
    : SqlServerRetryingExecutionStrategy(dependencies, maxRetryCount: 3, maxRetryDelay: TimeSpan.FromSeconds(1), errorNumbersToAdd: null)
{
    // The base would refuse transactions altogether.
    protected override void OnFirstExecution() => ExceptionsEncountered.Clear();

    protected override bool ShouldRetryOn(Exception exception) => Dependencies.CurrentContext.Context.Database.CurrentTransaction is null && base.ShouldRetryOn(exception);
}
