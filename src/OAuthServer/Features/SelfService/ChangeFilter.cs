using OAuthServer.Features.Shared;
using OAuthServer.Policy;

namespace OAuthServer.Features.SelfService;

/// <summary>
/// Guards whatever shows or changes credentials: only who proved to be the user, and not long ago. An app that acts as its
/// run-as user has proven no person, and a token that lies about for hours must not be enough to take an account over.
/// </summary>
sealed class ChangeFilter(TimeProvider clock) : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        WhyNot(Me.Of(context.HttpContext)) is { } refusal ? new(refusal) : next(context);

    internal IResult? WhyNot(Me me)
    {
        if (me.Token.Channel == LoginChannel.ClientCredentials)
        {
            return Problems.Of(
                403, "not-a-person", "An app's own login cannot change a user's credentials.", "Log in as the user, with the user's own password or at a browser.");
        }
        return clock.GetUtcNow() - me.Token.AuthenticatedAt > TimeSpan.FromSeconds(BearerRefusal.FreshSeconds) ? BearerRefusal.NotFresh : null;
    }
}
