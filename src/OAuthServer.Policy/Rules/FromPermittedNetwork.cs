namespace OAuthServer.Policy.Rules;

/// <summary>If the profile has login ranges, everywhere else is forbidden, whatever else was presented.</summary>
static class FromPermittedNetwork
{
    internal static Verdict Judge(LoginFacts facts) =>
        facts.Profile.LoginRanges.IsEmpty || facts.Profile.LoginRanges.Contains(facts.From) || IsRelaxed(facts)
            ? Verdict.Pass
            : Denials.Because(DenyReason.OutsideLoginRanges);

    // An app can relax only what began with a person at its own pages. Bearer assertions never relax (vendor), and where the
    // secret alone comes in, the network is the only other thing that stands.
    static bool IsRelaxed(LoginFacts facts) => facts.App is { } app && facts.Channel switch
    {
        LoginChannel.AuthorizationCode or LoginChannel.Device => app.IpRelaxation switch
        {
            IpRelaxation.Relax => true,
            IpRelaxation.RelaxForKnownDevices => facts.Device is { IsKnown: true },
            IpRelaxation.Enforce or IpRelaxation.EnforceExceptRefresh => false,
        },
        LoginChannel.RefreshToken => app.IpRelaxation is IpRelaxation.Relax or IpRelaxation.EnforceExceptRefresh,
        LoginChannel.Browser or LoginChannel.PasswordGrant or LoginChannel.SoapLogin or LoginChannel.JwtBearer
            or LoginChannel.SamlBearer or LoginChannel.ClientCredentials or LoginChannel.TokenExchange => false,
    };
}
