using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OAuthServer.Apps;
using OAuthServer.Configuration;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Integrations;

/// <summary>A key pair for an app, made in memory: the server keeps the public half and forgets the other.</summary>
/// <param name="PrivatePem">PKCS #8 in PEM (RFC 7468), for the integration alone.</param>
/// <param name="Jwks">The public half (RFC 7517), for the app.</param>
sealed record NewKeyPair(string PrivatePem, JsonElement Jwks)
{
    /// <summary>RS256, which every client library signs with.</summary>
    internal static NewKeyPair Make()
    {
        using var rsa = RSA.Create(2048);
        var numbers = rsa.ExportParameters(includePrivateParameters: false);
        var (e, n) = (Base64Url.EncodeToString(numbers.Exponent), Base64Url.EncodeToString(numbers.Modulus));
        // RFC 7638 section 3: the members in this order.
        var thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"e":"{{e}}","kty":"RSA","n":"{{n}}"}""")));
        return new(
            rsa.ExportPkcs8PrivateKeyPem(),
            JsonSerializer.SerializeToElement(new { keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = thumbprint, n, e } } }));
    }

    /// <summary>Without the key, which must not reach a log.</summary>
    public override string ToString() => nameof(NewKeyPair);
}

/// <summary>What a new app is made from.</summary>
/// <param name="Target">Where the integration is to go.</param>
/// <param name="Name">What administrators call the app.</param>
/// <param name="Username">Whose account the integration uses.</param>
/// <param name="Usernames">All whom the app is to act for, where it acts for several.</param>
/// <param name="Old">The app it uses now; null where there is none.</param>
/// <param name="Scopes">At least what the old way had.</param>
/// <param name="RedirectUris">Where a browser may go.</param>
sealed record NewAppFacts(
    IntegrationTarget Target, string Name, string Username, IReadOnlyList<string> Usernames, AppSettings? Old, IReadOnlyList<string> Scopes, IReadOnlyList<string> RedirectUris);

/// <summary>The app of a new way, checked by the rules that files are checked by.</summary>
static class NewApp
{
    /// <summary>What an app that acts by itself is never given: what belongs to people, the setup of this server above all.</summary>
    internal static readonly string[] OfPeople = ["openid", "offline_access", "refresh_token", "setup_read", "setup_write"];

    /// <summary>True where a secret proves the app.</summary>
    internal static bool HasSecret(IntegrationTarget target) => target is IntegrationTarget.ClientCredentials or IntegrationTarget.SamlBearer;

    /// <summary>The channel of the new way; null where there is none.</summary>
    internal static LoginChannel? ChannelOf(IntegrationTarget target) => target switch
    {
        IntegrationTarget.ClientCredentials => LoginChannel.ClientCredentials,
        IntegrationTarget.JwtBearer => LoginChannel.JwtBearer,
        IntegrationTarget.AuthorizationCode => LoginChannel.AuthorizationCode,
        IntegrationTarget.Device => LoginChannel.Device,
        IntegrationTarget.SamlBearer => LoginChannel.SamlBearer,
        IntegrationTarget.TrustedRange or IntegrationTarget.None => null,
    };

    /// <summary>A client identifier that nobody has, and that tells what it is for.</summary>
    internal static string ClientIdFor(string username)
    {
        var name = new string([.. username.Split('@')[0].ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-').Take(40)]).Trim('-');
        return $"{(name.Length == 0 ? "integration" : name)}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    }

    /// <summary>The app's settings, or what is wrong with them.</summary>
    internal static (AppSettings Settings, IReadOnlyList<AdminFlaw> Flaws) Make(NewAppFacts facts, string clientId, JsonElement? jwks)
    {
        var isOfPeople = facts.Target is IntegrationTarget.AuthorizationCode or IntegrationTarget.Device;
        var channel = ChannelOf(facts.Target) ?? throw new ArgumentException("There is no app for this.", nameof(facts));
        var settings = new AppSettings
        {
            Dialect = facts.Old?.Dialect ?? Dialect.Salesforce,
            Flows = isOfPeople ? [channel, LoginChannel.RefreshToken] : [channel],
            AuthMethods = isOfPeople ? [ClientAuthMethod.None] : HasSecret(facts.Target) ? [ClientAuthMethod.ClientSecretBasic, ClientAuthMethod.ClientSecretPost] : [ClientAuthMethod.PrivateKeyJwt],
            Jwks = jwks,
            Scopes = isOfPeople ? [.. facts.Scopes.Append("refresh_token").Distinct(StringComparer.Ordinal)] : facts.Scopes,
            TokenFormat = facts.Old?.TokenFormat,
            AccessTokenMinutes = facts.Old?.AccessTokenMinutes ?? 60,
            Audience = facts.Old?.Audience,
            Preapproval = channel.RestsOnAssertion() ? new() { Required = true, Users = facts.Usernames } : new(),
            RedirectUris = facts.Target == IntegrationTarget.AuthorizationCode ? facts.RedirectUris : [],
        };
        var errors = new List<ConfigError>();
        var file = new AppFile { ClientId = clientId, Name = facts.Name, RunAs = facts.Target == IntegrationTarget.ClientCredentials ? facts.Username : null };
        AppRules.Check(file, settings, new FileReport("app", errors));
        return (settings, [.. errors.Select(error => new AdminFlaw(error.Path == "redirectUris" ? "redirectUri" : error.Path, error.Message))]);
    }
}
