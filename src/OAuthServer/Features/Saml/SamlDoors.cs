using System.Text;
using Microsoft.AspNetCore.Mvc;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;

namespace OAuthServer.Features.Saml;

/// <summary>The doors at which SAML providers, and browsers that come from them, find this server.</summary>
public sealed class SamlDoors(ProviderDoor door, SamlPeers peers, ConsumerDoor consumer, SingleLogoutDoor logout)
{
    /// <summary>Puts them where they are.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(ProviderDoor.Root + "/metadata", context => door.AnswerAsync(context, Speaks, MetadataAsync)).WithMetadata(AnswersWithPages.Mark);
        routes.MapPost(ProviderDoor.Root + "/acs", context => door.AnswerAsync(context, Speaks, consumer.HandleAsync)).WithMetadata(AnswersWithPages.Mark);
        routes.MapMethods(ProviderDoor.Root + "/slo", ["GET", "POST"], context => door.AnswerAsync(context, Speaks, logout.HandleAsync)).WithMetadata(AnswersWithPages.Mark);
    }

    async Task<IActionResult> MetadataAsync(HttpContext context, ProviderEntry provider) => new FileContentResult(
        Encoding.UTF8.GetBytes(SamlMetadata.Write(await peers.UsAsync(provider, context.RequestAborted))), "application/samlmetadata+xml; charset=utf-8");

    static bool Speaks(ProviderSettings settings) => settings.Saml is not null;
}
