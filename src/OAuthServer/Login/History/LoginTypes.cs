using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Login.History;

/// <summary>The login type and subtype of Salesforce's login history (Object Reference, LoginHistory). Subtypes it has no label for are in its style.</summary>
static class LoginTypes
{
    /// <param name="record">The attempt.</param>
    /// <param name="bySaml">The identity provider that spoke does so by SAML; false = by OpenID Connect; null = none spoke, or it has been removed.</param>
    internal static string Of(LoginRecord record, bool? bySaml) => record.Channel switch
    {
        // Who began it, provider or server, is not in the record: nearly always it is the server.
        LoginChannel.Browser => record.ProviderId is null ? "Application" : bySaml switch
        {
            true => "SAML Sfdc Initiated SSO",
            false or null => "Third Party SSO",
        },
        LoginChannel.SoapLogin => "Other Apex API",
        LoginChannel.PasswordGrant or LoginChannel.AuthorizationCode or LoginChannel.Device or LoginChannel.JwtBearer or LoginChannel.SamlBearer
            or LoginChannel.ClientCredentials or LoginChannel.RefreshToken or LoginChannel.TokenExchange => "Remote Access 2.0",
    };

    internal static string SubtypeOf(LoginRecord record) => record.Channel switch
    {
        LoginChannel.Browser => record.ProviderId is not null ? "" : IsByPasskeyAlone(record) ? "UI Passkey" : "UI Username-Password",
        LoginChannel.SoapLogin => "",
        LoginChannel.PasswordGrant => "OAuth Username-Password",
        LoginChannel.AuthorizationCode => "OAuth Web Server",
        LoginChannel.ClientCredentials => "OAuth Client Credential",
        LoginChannel.Device => "OAuth Device",
        LoginChannel.JwtBearer => "OAuth JWT Bearer",
        LoginChannel.SamlBearer => "OAuth SAML Assertion",
        LoginChannel.RefreshToken => "OAuth Refresh Token",
        LoginChannel.TokenExchange => "OAuth Token Exchange",
    };

    /// <summary>The passkey was all that was shown: with a password before it, it was the second factor.</summary>
    static bool IsByPasskeyAlone(LoginRecord record) => ((record.Presented | record.Proven) & (Proof.Passkey | Proof.Password)) == Proof.Passkey;
}
