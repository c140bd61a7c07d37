using OAuthServer.Policy;

namespace OAuthServer.Administration.Integrations;

/// <summary>What an integration presents, as one word: the names under which its logins are counted.</summary>
public static class IntegrationWays
{
    public const string Password = "password";
    public const string PasswordToken = "password-token";

    /// <summary>A security token where none was needed: it can be dropped today.</summary>
    public const string PasswordTokenUnneeded = "password-token-unneeded";

    public const string PasswordCode = "password-code";
    public const string Refresh = "refresh";
    public const string ClientCredentials = "client-credentials";
    public const string JwtBearer = "jwt-bearer";
    public const string SamlBearer = "saml-bearer";
    public const string TokenExchange = "token-exchange";
    public const string Device = "device";

    /// <summary>Whatever it presented, it was not let in.</summary>
    public const string Refused = "refused";

    /// <summary>Every word, the oldest ways first.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Password, PasswordToken, PasswordTokenUnneeded, PasswordCode, Device, Refresh, ClientCredentials, JwtBearer, SamlBearer, TokenExchange, Refused];

    /// <summary>The word for a login; null for a person at a browser, which is no integration.</summary>
    public static string? Of(LoginChannel channel, Proof proven, bool tokenNeeded, bool isAllowed) =>
        Allowed(channel, proven, tokenNeeded) is { } way ? isAllowed ? way : Refused : null;

    static string? Allowed(LoginChannel channel, Proof proven, bool tokenNeeded) => channel switch
    {
        LoginChannel.Browser or LoginChannel.AuthorizationCode => null,
        LoginChannel.PasswordGrant or LoginChannel.SoapLogin =>
            proven.HasFlag(Proof.SecurityToken) ? tokenNeeded ? PasswordToken : PasswordTokenUnneeded : proven.HasFlag(Proof.Totp) ? PasswordCode : Password,
        LoginChannel.Device => Device,
        LoginChannel.RefreshToken => Refresh,
        LoginChannel.ClientCredentials => ClientCredentials,
        LoginChannel.JwtBearer => JwtBearer,
        LoginChannel.SamlBearer => SamlBearer,
        LoginChannel.TokenExchange => TokenExchange,
    };

    /// <summary>True for what this desk is there to end.</summary>
    public static bool IsPassword(string way) => way.StartsWith(Password, StringComparison.Ordinal);
}
