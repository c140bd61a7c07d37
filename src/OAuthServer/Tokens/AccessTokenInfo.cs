using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>A live access token, whatever its format.</summary>
public sealed record AccessTokenInfo
{
    /// <summary>The token's own id (RFC 9068 section 2.2).</summary>
    public required string Jti { get; init; }

    public required string GrantId { get; init; }

    /// <summary>Fifteen-character user id.</summary>
    public required string UserId { get; init; }

    /// <summary>As it is now; set when the token was read back.</summary>
    public string Username { get; init; } = "";

    public required string OrgId { get; init; }

    public required string ClientId { get; init; }

    /// <summary>The door the login came in by.</summary>
    public required LoginChannel Channel { get; init; }

    /// <summary>Space separated.</summary>
    public required string Scope { get; init; }

    public required string Audience { get; init; }

    /// <summary>What the login proved.</summary>
    public required Proof Proven { get; init; }

    /// <summary>The trusted network that spared the security token.</summary>
    public string? TrustedNetwork { get; init; }

    public required int ProfileVersion { get; init; }

    public required DateTimeOffset AuthenticatedAt { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>True when the space-separated scope holds the word.</summary>
    public bool HasScope(string scope) => Scope.Split(' ').Contains(scope, StringComparer.Ordinal);
}
