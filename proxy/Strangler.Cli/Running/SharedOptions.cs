using System.CommandLine;

namespace Strangler.Cli.Running;

/// <summary>The options that every command takes.</summary>
internal static class SharedOptions
{
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document on standard output; everything else goes to standard error.",
        Recursive = true,
    };

    public static readonly Option<string?> Admin = new("--admin")
    {
        Description = "URL of the proxy's admin listener. Else STRANGLER_ADMIN, else the one of the 'strangler up' on --data, else http://127.0.0.1:8081.",
        HelpName = "URL",
        Recursive = true,
    };

    public static readonly Option<string?> Key = new("--key")
    {
        Description = "The admin key. Else STRANGLER_KEY, else the file admin.key in the directory of --data.",
        HelpName = "KEY",
        Recursive = true,
    };
}
