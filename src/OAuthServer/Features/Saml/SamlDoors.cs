using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;

namespace OAuthServer.Features.Saml;

/// <summary>The doors at which SAML providers, and browsers that come from them, find this server. Each provider has its own.</summary>
public sealed class SamlDoors(IdentityProviders providers, SamlPeers peers, ConsumerDoor consumer, SingleLogoutDoor logout)
{
    const string Root = Routes.SingleSignOn + "/{alias}/{name}";

    /// <summary>Puts them where they are.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root + "/metadata", MetadataAsync).WithMetadata(AnswersWithPages.Mark);
        routes.MapPost(Root + "/acs", context => AtProviderAsync(context, consumer.HandleAsync)).WithMetadata(AnswersWithPages.Mark);
        routes.MapMethods(Root + "/slo", ["GET", "POST"], context => AtProviderAsync(context, logout.HandleAsync)).WithMetadata(AnswersWithPages.Mark);
    }

    async Task MetadataAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } provider)
        {
            await AtProviderAsync(context, (_, _) => throw new InvalidOperationException("There is none."));
            return;
        }
        context.Response.ContentType = "application/samlmetadata+xml; charset=utf-8";
        await context.Response.WriteAsync(SamlMetadata.Write(await peers.UsAsync(provider, context.RequestAborted)), context.RequestAborted);
    }

    async Task AtProviderAsync(HttpContext context, Func<HttpContext, ProviderEntry, Task<IActionResult>> door)
    {
        var answer = await FindAsync(context) is { } provider
            ? await door(context, provider)
            : RefusalPage.Result(StatusCodes.Status404NotFound, Refusal.NotFound(context));
        await answer.ExecuteResultAsync(new ActionContext(context, context.GetRouteData(), new ActionDescriptor()));
    }

    /// <summary>A provider that is switched off, or speaks OpenID Connect, is none here.</summary>
    async Task<ProviderEntry?> FindAsync(HttpContext context) =>
        (await providers.CurrentAsync()).Find((string)context.GetRouteValue("alias")!, (string)context.GetRouteValue("name")!) is { Settings.Saml: not null } provider ? provider : null;
}
