using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;

namespace Legacy.Web.Http;

public static class ModulePages
{
    /// <summary>Marks every page below a folder as the module's own.</summary>
    public static IServiceCollection AddModulePages(this IServiceCollection services, string module, string folder) =>
        services.Configure<RazorPagesOptions>(options =>
            options.Conventions.AddFolderApplicationModelConvention(folder, page => page.EndpointMetadata.Add(new ModuleEndpoint(module))));
}
