using Microsoft.Extensions.Options;

namespace Strangler.Stages.Store;

/// <summary>Sees that provider and connection string belong together.</summary>
internal sealed class StateDatabaseValidation : IValidateOptions<StranglerOptions>
{
    public ValidateOptionsResult Validate(string? name, StranglerOptions options) => Wrong(options.Database) is { } wrong ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;

    private static string? Wrong(StateDatabaseOptions database)
    {
        var given = !string.IsNullOrWhiteSpace(database.ConnectionString);
        return database.Provider.ToUpperInvariant() switch
        {
            "SQLITE" => given ? "Strangler:Database:ConnectionString is set, but Strangler:Database:Provider is sqlite: name the file with Strangler:State, or set the provider to postgresql or sqlserver." : null,
            "POSTGRESQL" when !given => "Strangler:Database:ConnectionString is missing: write it like \"Host=db;Database=strangler;Username=strangler;Password=...\".",
            "SQLSERVER" when !given => "Strangler:Database:ConnectionString is missing: write it like \"Server=db;Database=strangler;User Id=strangler;Password=...\".",
            "POSTGRESQL" or "SQLSERVER" => null,
            _ => $"Strangler:Database:Provider '{database.Provider}' is none of sqlite, postgresql, sqlserver.",
        };
    }
}
