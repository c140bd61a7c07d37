using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace OAuthServer.Features.Settings;

/// <summary>What the settings are made of. Every page of the folder has the same door before it.</summary>
public static class SettingsServices
{
    public static void AddSettings(this IServiceCollection services)
    {
        services.AddSingleton<SettingsDoor>();
        services.AddSingleton<AppliedRules>();
        // After the pages have made their list of conventions, wherever they are registered.
        services.PostConfigure<RazorPagesOptions>(pages => pages.Conventions.AddFolderApplicationModelConvention(
            "/Settings", page => page.Filters.Add(new ServiceFilterAttribute<SettingsDoor>())));
    }
}
