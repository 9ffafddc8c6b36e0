namespace Catalog.Service.Web.Startup;

/// <summary>The process cannot start for a reason that the operator can mend; no stack trace would help.</summary>
internal sealed class StartupException(string reason, string mend) : Exception($"{reason} {mend}");
