namespace OAuthServer.Policy;

/// <summary>The way a login comes in. Each is a door that a profile opens or shuts.</summary>
public enum LoginChannel
{
    /// <summary>A person at the sign-in pages, for the server's own pages.</summary>
    Browser,

    /// <summary>OAuth 2.0 resource owner password credentials (RFC 6749 section 4.3), password and token in one string.</summary>
    PasswordGrant,

    /// <summary>SOAP <c>login()</c>.</summary>
    SoapLogin,

    /// <summary>A person at the sign-in pages on behalf of an app (RFC 6749 section 4.1).</summary>
    AuthorizationCode,

    /// <summary>A person who approves a device (RFC 8628).</summary>
    Device,

    /// <summary>A signed assertion about a user (RFC 7523).</summary>
    JwtBearer,

    /// <summary>A SAML assertion about a user (RFC 7522).</summary>
    SamlBearer,

    /// <summary>An app that acts as its run-as user (RFC 6749 section 4.4).</summary>
    ClientCredentials,

    /// <summary>An earlier login that goes on (RFC 6749 section 6).</summary>
    RefreshToken,

    /// <summary>An identity provider's ID token for one of ours (RFC 8693).</summary>
    TokenExchange,
}

/// <summary>What the rules need to know about a channel.</summary>
public static class LoginChannels
{
    /// <summary>True where a person looks at a page and can answer a challenge.</summary>
    public static bool HasBrowser(this LoginChannel channel) => channel switch
    {
        LoginChannel.Browser or LoginChannel.AuthorizationCode or LoginChannel.Device => true,
        LoginChannel.PasswordGrant or LoginChannel.SoapLogin or LoginChannel.JwtBearer or LoginChannel.SamlBearer
            or LoginChannel.ClientCredentials or LoginChannel.RefreshToken or LoginChannel.TokenExchange => false,
    };

    /// <summary>
    /// True where what is asked for can be given: at a page anything, and by SOAP a new password, because <c>login()</c> gives a session that
    /// is good for nothing else.
    /// </summary>
    public static bool CanAnswer(this LoginChannel channel, IReadOnlyList<ChallengeKind> oneOf) =>
        channel.HasBrowser() || channel == LoginChannel.SoapLogin && oneOf is [ChallengeKind.NewPassword];

    /// <summary>True where a program sends a password with a token or code appended to it.</summary>
    public static bool TakesAppendedSecret(this LoginChannel channel) =>
        channel is LoginChannel.PasswordGrant or LoginChannel.SoapLogin;

    /// <summary>True where guessing a user's own secret is possible, so that lockout counts and applies.</summary>
    public static bool IsGuessable(this LoginChannel channel) => channel.HasBrowser() || channel.TakesAppendedSecret();

    /// <summary>True where an app brings an assertion about a user, and nobody is there to be asked whether it may.</summary>
    public static bool RestsOnAssertion(this LoginChannel channel) =>
        channel is LoginChannel.JwtBearer or LoginChannel.SamlBearer or LoginChannel.TokenExchange;

    /// <summary>The proofs of which one must hold before anything else about a login on this channel is looked at.</summary>
    public static Proof PrimaryProofs(this LoginChannel channel) => channel switch
    {
        LoginChannel.Browser or LoginChannel.AuthorizationCode or LoginChannel.Device
            => Proof.Password | Proof.Passkey | Proof.SsoAssertion,
        LoginChannel.PasswordGrant or LoginChannel.SoapLogin => Proof.Password,
        LoginChannel.JwtBearer or LoginChannel.SamlBearer => Proof.ClientAssertion | Proof.SsoAssertion,
        LoginChannel.ClientCredentials => Proof.ClientSecret | Proof.ClientAssertion,
        LoginChannel.RefreshToken => Proof.RefreshToken,
        LoginChannel.TokenExchange => Proof.SsoAssertion,
    };
}
