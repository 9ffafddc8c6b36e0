using System.Collections.Concurrent;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Sync.Ownership;

namespace Sync.Capture;

/// <summary>
/// Watches the commands that EF Core runs: those that change a module's tables outside a captured save (ExecuteUpdate, raw SQL) are refused when this side is not
/// the owner, inside a transaction as any save; those that touch the tables for others than the module are counted.
/// </summary>
internal sealed partial class CommandGuard(
    SyncDatabase database,
    ModuleRegistry registry,
    OwnershipStore ownerships,
    SaveCapture saves,
    ForeignReads foreignReads,
    ILogger<SyncInterceptor> logger)
{
    private const int MostTexts = 5_000;

    private const string Schema = @"([""`\[]?\w+[""`\]]?\.)*";

    private readonly ConcurrentDictionary<string, Mention> _mentions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _warned = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<DbCommand, SaveInProgress> _guarded = [];
    private readonly ConditionalWeakTable<DbConnection, DbCommand> _guardedOn = [];

    public async ValueTask BeforeAsync(DbContext? context, DbCommand command, bool returnsRows, bool wait, CancellationToken cancellationToken)
    {
        if (SyncScope.IsOwn) return;
        var mention = MentionOf(command.CommandText);
        if (mention.Modules.Count == 0) return;
        foreach (var module in mention.Modules) foreignReads.Count(module);
        if (mention.Written.Count == 0 || context is null || saves.IsChecked(context)) return;

        database.EnsureReady();
        var save = new SaveInProgress();
        try
        {
            // A reader's rows are read after this interceptor has gone, so its transaction could not be ended here: it is checked, but a fence may slip between.
            if (command.Transaction is null && context.Database.CurrentTransaction is null && !returnsRows)
            {
                save.Turn = wait ? await database.EnterWriteAsync(cancellationToken) : database.EnterWriteAsync(cancellationToken).AsTask().GetAwaiter().GetResult();
                save.OwnTransaction = wait ? await context.Database.BeginTransactionAsync(cancellationToken) : context.Database.BeginTransaction();
                command.Transaction = save.OwnTransaction.GetDbTransaction();
            }

            foreach (var module in mention.Written)
            {
                var ownership = command.Transaction is { } transaction
                    ? await ownerships.EnterAsync(command.Connection!, transaction, module.Name, wait, cancellationToken)
                    : await ownerships.ReadAsync(command.Connection!, null, module.Name, wait, cancellationToken);
                if (ownership.State != OwnerState.Owner) throw new NotOwnerException(module.Name, ownership.Epoch, ownership.State);
                if (ownership.Capture && _warned.TryAdd(module.Name, true)) LogNotCaptured(logger, module.Name);
            }

            if (save.OwnTransaction is null) return;
            _guarded.Add(command, save);
            _guardedOn.AddOrUpdate(command.Connection!, command);
        }
        catch
        {
            await EndAsync(save, wait, commit: false);
            throw;
        }
    }

    public async ValueTask AfterAsync(DbCommand command, bool succeeded, bool wait)
    {
        if (!_guarded.TryGetValue(command, out var save)) return;
        _guarded.Remove(command);
        if (command.Connection is { } connection) _guardedOn.Remove(connection);
        await EndAsync(save, wait, succeeded);
    }

    /// <summary>A command that another interceptor stopped is told by nothing: the end of its connection is its end.</summary>
    public async ValueTask AbandonAsync(DbConnection connection, bool wait)
    {
        if (_guardedOn.TryGetValue(connection, out var command)) await AfterAsync(command, succeeded: false, wait);
    }

    private static async ValueTask EndAsync(SaveInProgress save, bool wait, bool commit)
    {
        try
        {
            // The command ran: a cancellation comes too late, and must leave neither transaction nor turn behind.
            if (commit && wait && save.OwnTransaction is { } own) await own.CommitAsync(CancellationToken.None);
            else if (commit) save.OwnTransaction?.Commit();
        }
        finally
        {
            try
            {
                if (wait && save.OwnTransaction is { } own) await own.DisposeAsync();
                else save.OwnTransaction?.Dispose();
            }
            finally
            {
                save.Turn?.Dispose();
            }
        }
    }

    private Mention MentionOf(string text)
    {
        if (_mentions.TryGetValue(text, out var known)) return known;
        // Texts with literals in them would grow without end.
        if (_mentions.Count >= MostTexts) _mentions.Clear();
        var modules = new List<ModuleMap>();
        var written = new List<ModuleMap>();
        foreach (var (module, tables) in registry.ModuleTables)
        {
            if (tables.Any(table => Reads(table).IsMatch(text))) modules.Add(module);
            if (tables.Any(table => Writes(table).IsMatch(text))) written.Add(module);
        }

        return _mentions[text] = new Mention(modules, written);
    }

    /// <summary>The table where a table is named: a column or alias of the same name is no mention.</summary>
    private static Regex Reads(string table) =>
        new($@"(\b(FROM|JOIN|INTO|UPDATE|MERGE)\s+|,\s*){Schema}[""`\[]?{Regex.Escape(table)}(?![\w])[""`\]]?(?!\s*[.""])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>SQL Server's own form names an alias first (<c>UPDATE [i] SET ... FROM [Items] AS [i]</c>), and may leave INTO and FROM out.</summary>
    private static Regex Writes(string table) => new(
        $@"\b(INTO|UPDATE(\s+OR\s+\w+)?|DELETE(\s+FROM)?|INSERT|MERGE(\s+INTO)?|TRUNCATE(\s+TABLE)?)\s+(ONLY\s+)?{Schema}[""`\[]?{Regex.Escape(table)}(?![\w])"
        + $@"|\b(UPDATE|DELETE(\s+TOP\s*\([^)]*\))?(\s+FROM)?)\s+\[?(?<alias>\w+)\]?\s[\s\S]*?\bFROM\s+{Schema}[""`\[]?{Regex.Escape(table)}[""`\]]?\s+AS\s+\[?\k<alias>\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    [LoggerMessage(3001, LogLevel.Warning, "A command changes tables of module {Module} outside SaveChanges. It is not captured: reconcile will find the difference. Further ones are not logged.")]
    private static partial void LogNotCaptured(ILogger logger, string module);

    private sealed record Mention(IReadOnlyList<ModuleMap> Modules, IReadOnlyList<ModuleMap> Written);
}
