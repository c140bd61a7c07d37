using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>Who has no use for a password here.</summary>
static class SsoRequirement
{
    /// <summary>True for whom local passwords are refused everywhere. The break-glass administrator keeps the password, token rules and all.</summary>
    internal static bool IsSsoRequired(this SignedInBrowser me) => me.Profile.RequiresSsoOf(me.User.IsBreakGlass);
}
