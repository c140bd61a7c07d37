namespace OAuthServer.Policy.Rules;

/// <summary>Organization and profile open this door, and the profile's permissions fit it.</summary>
static class ChannelIsPermitted
{
    internal static Verdict Judge(LoginFacts facts)
    {
        var channel = facts.Channel;
        var profile = facts.Profile;
        return !IsOpenInOrg(facts.Org, channel) ? Denials.Because(DenyReason.ChannelClosedByOrg)
            : !IsOpenInProfile(profile, channel) ? Denials.Because(DenyReason.ChannelClosedByProfile)
            : profile.ApiOnly && channel.HasBrowser() ? Denials.Because(DenyReason.ApiOnlyUser)
            : !profile.ApiEnabled && NeedsApiEnabled(channel) ? Denials.Because(DenyReason.ApiNotEnabled)
            : Verdict.Pass;
    }

    // Two doors that everything else can do without have a switch for all at once.
    internal static bool IsOpenInOrg(OrgFacts org, LoginChannel channel) => channel switch
    {
        LoginChannel.PasswordGrant => org.PasswordGrantEnabled,
        LoginChannel.SoapLogin => org.SoapLoginEnabled,
        LoginChannel.Browser or LoginChannel.AuthorizationCode or LoginChannel.Device or LoginChannel.JwtBearer
            or LoginChannel.SamlBearer or LoginChannel.ClientCredentials or LoginChannel.RefreshToken or LoginChannel.TokenExchange => true,
    };

    // A refresh goes on with a login that came in by another door, so no door of its own is opened or shut for it.
    internal static bool IsOpenInProfile(ProfileFacts profile, LoginChannel channel) =>
        channel is LoginChannel.RefreshToken || profile.Doors.Contains(channel);

    // Every program that begins a login; a channel yet to be thought of needs the permission too.
    static bool NeedsApiEnabled(LoginChannel channel) => !channel.HasBrowser() && channel != LoginChannel.RefreshToken;
}
