using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Features.Setup.People;

namespace OAuthServer.Features.Setup;

/// <summary>What the administrators' pages are made of. Every page of the folder has the same door before it.</summary>
public static class SetupServices
{
    public static void AddSetup(this IServiceCollection services)
    {
        services.AddSingleton<SetupDoor>();
        services.AddSingleton<ProviderOverview>();
        services.AddSingleton<UploadedForm>();
        // After the pages have made their list of conventions, wherever they are registered.
        services.PostConfigure<RazorPagesOptions>(pages => pages.Conventions.AddFolderApplicationModelConvention(
            "/Setup", page => page.Filters.Add(new ServiceFilterAttribute<SetupDoor>())));
    }
}
