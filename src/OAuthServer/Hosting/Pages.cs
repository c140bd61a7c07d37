using System.Text.Unicode;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.WebEncoders;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Hosting;

/// <summary>Razor Pages out of <c>Features</c>: what they are made of, what stands before them, and where they are.</summary>
static class Pages
{
    internal static void AddPages(this IServiceCollection services)
    {
        services.AddMvcCore(mvc =>
        {
            mvc.Filters.Add<PagePosts>();
            mvc.Filters.Add<PageAnswers>();
        }).AddRazorPages(pages => pages.RootDirectory = "/Features");
        // Razor Pages ask for it and have no use for it; all of AddAuthorization would put a middleware before every door.
        services.AddSingleton<IAuthorizationPolicyProvider, DefaultAuthorizationPolicyProvider>();
        services.AddLocalization();
        services.Configure<WebEncoderOptions>(encoder => encoder.TextEncoderSettings = new(UnicodeRanges.All));
        services.AddOptions<AntiforgeryOptions>().Configure<ServerCookies>(Protect);
        services.AddSingleton<PageRequests>();
        services.AddSingleton<AssetEndpoints>();
    }

    /// <summary>After routing: what a request is for is known by its door.</summary>
    internal static void UsePages(this WebApplication app) => app.Use(app.Services.GetRequiredService<PageRequests>().HandleAsync);

    internal static void MapPages(this WebApplication app)
    {
        app.MapRazorPages().WithMetadata(AnswersWithPages.Mark);
        app.Services.GetRequiredService<AssetEndpoints>().Map(app);
    }

    static void Protect(AntiforgeryOptions antiforgery, ServerCookies cookies)
    {
        var made = cookies.Options();
        antiforgery.Cookie.Name = cookies.NameOf("form");
        antiforgery.Cookie.Path = made.Path;
        antiforgery.Cookie.SameSite = made.SameSite;
        antiforgery.Cookie.SecurePolicy = made.Secure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        antiforgery.SuppressXFrameOptionsHeader = true; // PageHeaders says it
    }
}
