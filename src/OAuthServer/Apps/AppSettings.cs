using System.Text.Json;
using OAuthServer.Policy;

namespace OAuthServer.Apps;

/// <summary>How an app speaks: the RFCs to the letter, or as the sign-in model's existing clients expect.</summary>
public enum Dialect
{
    /// <summary>RFC 6749 and its family.</summary>
    Standard,

    /// <summary>Everything a string, every error 400, <c>id</c> and <c>instance_url</c> in every answer.</summary>
    Salesforce,
}

/// <summary>What an access token looks like.</summary>
public enum TokenFormat
{
    /// <summary>Signed and self-contained (RFC 9068).</summary>
    Jwt,

    /// <summary>A reference that only this server can read.</summary>
    Opaque,
}

/// <summary>How an app proves itself.</summary>
public enum ClientAuthMethod
{
    /// <summary>Secret in the Authorization header (RFC 6749 section 2.3.1).</summary>
    ClientSecretBasic,

    /// <summary>Secret in the form.</summary>
    ClientSecretPost,

    /// <summary>Signed assertion (RFC 7523).</summary>
    PrivateKeyJwt,

    /// <summary>A public app: no proof.</summary>
    None,
}

/// <summary>What an administrator sets on a connected app, as stored and as written in a file.</summary>
public sealed record AppSettings
{
    public Dialect Dialect { get; init; } = Dialect.Standard;

    /// <summary>The flows it may use.</summary>
    public required IReadOnlyList<LoginChannel> Flows { get; init; }

    public IReadOnlyList<ClientAuthMethod> AuthMethods { get; init; } = [ClientAuthMethod.ClientSecretBasic, ClientAuthMethod.ClientSecretPost];

    /// <summary>The app's public keys (RFC 7517), for private_key_jwt and the JWT bearer grant.</summary>
    public JsonElement? Jwks { get; init; }

    /// <summary>The scopes it may have; a request without scope gets them all.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = ["api"];

    /// <summary>None = JWT in the standard dialect, opaque in the salesforce dialect.</summary>
    public TokenFormat? TokenFormat { get; init; }

    public int AccessTokenMinutes { get; init; } = 60;

    /// <summary>The <c>aud</c> of access tokens; none = this server's public URL.</summary>
    public string? Audience { get; init; }

    public RefreshSettings Refresh { get; init; } = new();

    public PreapprovalSettings Preapproval { get; init; } = new();

    public IpRelaxation IpRelaxation { get; init; } = IpRelaxation.Enforce;

    /// <summary>Where answers of the authorization endpoint may go, compared exactly; for loopback addresses the port is free (RFC 8252 section 7.3).</summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    /// <summary>Where a browser may go after a logout that the app asked for, compared exactly.</summary>
    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];

    /// <summary>Told of every logout of a session the app took part in (OpenID Connect Back-Channel Logout 1.0); none = not told.</summary>
    public string? BackchannelLogoutUri { get; init; }

    /// <summary>The algorithm of ID tokens: RS256, which every relying party knows, or ES256.</summary>
    public string IdTokenAlgorithm { get; init; } = "RS256";

    /// <summary>Authorization requests must be pushed (RFC 9126 section 6).</summary>
    public bool RequirePushedRequests { get; init; }

    /// <summary>May introspect other apps' tokens of its organization: for resource servers.</summary>
    public bool IntrospectsAll { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public TokenFormat EffectiveTokenFormat =>
        TokenFormat ?? (Dialect == Dialect.Salesforce ? Apps.TokenFormat.Opaque : Apps.TokenFormat.Jwt);

    /// <summary>True for an app that cannot keep a secret.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsPublic => AuthMethods.Contains(ClientAuthMethod.None);
}

/// <summary>How long refresh tokens live and whether each is used once.</summary>
public sealed record RefreshSettings
{
    /// <summary>
    /// Each use gives a new one (RFC 9700 section 4.14.2). None = yes, but not in the salesforce dialect, whose clients keep the first one: theirs is bound
    /// to the app's secret instead. Public apps always rotate.
    /// </summary>
    public bool? Rotate { get; init; }

    /// <summary>The end of the line, however often it is used.</summary>
    public int LifetimeDays { get; init; } = 90;

    /// <summary>The end if it is not used.</summary>
    public int IdleDays { get; init; } = 30;

    /// <summary>How long a used token still gives the same successor, for an answer that got lost.</summary>
    public int RetrySeconds { get; init; } = 10;
}

/// <summary>Who may use the app.</summary>
public sealed record PreapprovalSettings
{
    /// <summary>Only those named here.</summary>
    public bool Required { get; init; }

    /// <summary>Profiles by name.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>Users by username.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];
}
