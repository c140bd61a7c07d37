using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;

namespace OAuthServer.Features.Oidc;

/// <summary>The doors at which OpenID providers, and browsers that come from them, answer. Each provider has its own.</summary>
public sealed class OidcDoors(IdentityProviders providers, CallbackDoor callback, SignedOutDoor signedOut, LogoutDoor logout)
{
    const string Root = Routes.SingleSignOn + "/{alias}/{name}";

    /// <summary>Puts them where they are.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root + "/callback", context => AtProviderAsync(context, callback.HandleAsync)).WithMetadata(AnswersWithPages.Mark);
        routes.MapGet(Root + "/signed-out", context => AtProviderAsync(context, signedOut.HandleAsync)).WithMetadata(AnswersWithPages.Mark);
        routes.MapPost(Root + "/backchannel-logout", async context =>
        {
            if (await FindAsync(context) is { } provider)
                await logout.HandleAsync(context, provider);
            else
                await OAuthAnswer.ErrorAsync(context, new("invalid_request", "There is no such provider.", StatusCodes.Status404NotFound));
        });
    }

    async Task AtProviderAsync(HttpContext context, Func<HttpContext, ProviderEntry, Task<IActionResult>> door)
    {
        var answer = await FindAsync(context) is { } provider
            ? await door(context, provider)
            : RefusalPage.Result(StatusCodes.Status404NotFound, Refusal.NotFound(context));
        await answer.ExecuteResultAsync(new ActionContext(context, context.GetRouteData(), new ActionDescriptor()));
    }

    /// <summary>A provider that is switched off, or speaks SAML, is none here.</summary>
    async Task<ProviderEntry?> FindAsync(HttpContext context) =>
        (await providers.CurrentAsync()).Find((string)context.GetRouteValue("alias")!, (string)context.GetRouteValue("name")!) is { Settings.Oidc: not null } provider ? provider : null;
}
