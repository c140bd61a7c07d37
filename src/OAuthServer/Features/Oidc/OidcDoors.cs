using OAuthServer.Features.Shared;
using OAuthServer.Federation;

namespace OAuthServer.Features.Oidc;

/// <summary>The doors at which OpenID providers, and browsers that come from them, answer.</summary>
public sealed class OidcDoors(ProviderDoor door, CallbackDoor callback, SignedOutDoor signedOut, LogoutDoor logout)
{
    /// <summary>Puts them where they are.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(ProviderDoor.Root + "/callback", context => door.AnswerAsync(context, Speaks, callback.HandleAsync)).WithMetadata(AnswersWithPages.Mark);
        routes.MapGet(ProviderDoor.Root + "/signed-out", context => door.AnswerAsync(context, Speaks, signedOut.HandleAsync)).WithMetadata(AnswersWithPages.Mark);
        routes.MapPost(ProviderDoor.Root + "/backchannel-logout", async context =>
        {
            if (await door.FindAsync(context, Speaks) is { } provider)
                await logout.HandleAsync(context, provider);
            else
                await OAuthAnswer.ErrorAsync(context, new("invalid_request", "There is no such provider.", StatusCodes.Status404NotFound));
        });
    }

    static bool Speaks(ProviderSettings settings) => settings.Oidc is not null;
}
