namespace Legacy.Web.Http;

/// <summary>Marks an endpoint or page as a module's own.</summary>
public sealed record ModuleEndpoint(string Module);
