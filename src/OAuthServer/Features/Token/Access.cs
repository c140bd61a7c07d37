using OAuthServer.Apps;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Token;

/// <summary>From a login that held to what the mint may make of it.</summary>
static class Access
{
    internal static GrantedAccess Of(LoginOutcome.SignedIn login, AppEntry app, LoginChannel channel, string scope) => new()
    {
        App = app,
        UserId = login.User.Id,
        Username = login.User.Username,
        OrgId = login.User.OrgId,
        Channel = channel,
        Assurance = login.Assurance,
        ProfileVersion = login.Profile.Version,
        At = login.At,
        AuthenticatedAt = login.At,
        Scope = scope,
        PasswordChangedAt = login.Assurance.Proven.HasFlag(Proof.Password) ? login.User.PasswordChangedAt : null,
    };
}
