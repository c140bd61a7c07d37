using OAuthServer.Policy;

namespace OAuthServer.Data;

/// <summary>What one login gave one app: tokens hang on it, and die with it. Client credentials share one per app and user.</summary>
public sealed class Grant
{
    /// <summary>128 random bits, base64url.</summary>
    public required string Id { get; set; }

    public required string OrgId { get; set; }

    public required string UserId { get; set; }

    public required string AppId { get; set; }

    public LoginChannel Channel { get; set; }

    /// <summary>Space separated.</summary>
    public required string Scope { get; set; }

    /// <summary>What the login proved.</summary>
    public Proof Proven { get; set; }

    /// <summary>The trusted network that spared the security token.</summary>
    public string? TrustedNetwork { get; set; }

    /// <summary>The profile version that let it in.</summary>
    public int ProfileVersion { get; set; }

    /// <summary>When the user (or app) proved itself.</summary>
    public DateTimeOffset AuthenticatedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>The browser session it came from, if any: the <c>sid</c> of its ID tokens.</summary>
    public string? SessionId { get; set; }

    /// <summary>Which refresh token of the grant is the current one, counted from 1; null where there is none. The tokens themselves are nowhere.</summary>
    public int? RefreshGeneration { get; set; }

    /// <summary>The absolute end of the refresh tokens, inherited by successors.</summary>
    public DateTimeOffset? RefreshExpiresAt { get; set; }

    /// <summary>Their end if none is used before.</summary>
    public DateTimeOffset? RefreshIdleExpiresAt { get; set; }

    /// <summary>When the current one's predecessor was used.</summary>
    public DateTimeOffset? RefreshUsedAt { get; set; }
}

/// <summary>An opaque access token, as a keyed hash.</summary>
public sealed class AccessToken
{
    public required string Hash { get; set; }

    public required string GrantId { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>The claims a JWT of the same token would carry, as JSON.</summary>
    public required string Claims { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>The <c>jti</c> of a JWT access token that was revoked alone, kept until it expires.</summary>
public sealed class RevokedToken
{
    public required string Jti { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>A signing key. Published before it signs, and until the last token it signed has expired.</summary>
public sealed class SigningKey
{
    public required string Kid { get; set; }

    /// <summary>ES256 or RS256.</summary>
    public required string Algorithm { get; set; }

    /// <summary>From when on it signs.</summary>
    public DateTimeOffset ActivatesAt { get; set; }

    /// <summary>From when on it is no longer published; null while it signs or will sign.</summary>
    public DateTimeOffset? RetiresAt { get; set; }

    /// <summary>PKCS#8, encrypted under the master key.</summary>
    public required byte[] PrivateKey { get; set; }
}
