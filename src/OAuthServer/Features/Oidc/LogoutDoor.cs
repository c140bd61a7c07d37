using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Federation.Oidc;
using OAuthServer.Http;
using OAuthServer.Login;

namespace OAuthServer.Features.Oidc;

/// <summary>
/// Where an OpenID provider says that a session there is over (OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8). The sessions
/// that came from it end here; apps are told as of any session that ends.
/// </summary>
public sealed class LogoutDoor(OidcLogoutTokens tokens, BrowserSessions sessions, ILogger<LogoutDoor> log)
{
    /// <summary>Answers 200 when the token held, whether or not there was such a session.</summary>
    public async Task HandleAsync(HttpContext context, ProviderEntry provider)
    {
        var (form, error) = await RequestForm.ReadAsync(context);
        if (error is not null || (error = form!.BodyFlaw) is not null)
        {
            await OAuthAnswer.ErrorAsync(context, error with { Status = StatusCodes.Status400BadRequest });
            return;
        }
        if (form["logout_token"] is not { } token)
        {
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest("logout_token is missing."));
            return;
        }
        var logout = await tokens.ReadAsync(provider, token, context.RequestAborted);
        if (logout.Flaw != AssertionFlaw.None)
        {
            log.LogWarning("A logout token at identity provider {ProviderId} does not hold: {Flaw}.", provider.Id, logout.Flaw);
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest($"The logout token does not hold: {logout.Flaw}."));
            return;
        }
        var ended = await sessions.EndOfProviderAsync(provider.Id, logout.Subject, logout.SessionId);
        if (ended > 0)
            log.LogInformation("Identity provider {ProviderId} ended {Count} sessions.", provider.Id, ended);
        context.Response.Headers.CacheControl = "no-store";
    }
}
