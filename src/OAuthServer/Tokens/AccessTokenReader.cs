namespace OAuthServer.Tokens;

/// <summary>Reads access tokens back: JWT and opaque alike. Whether one is revoked is looked up each time, never remembered.</summary>
public sealed class AccessTokenReader
{
    /// <summary>The token's contents; null when it is not one of ours, expired, revoked, or its user or app may no longer come in.</summary>
    public ValueTask<AccessTokenInfo?> ReadAsync(string token) => throw new NotSupportedException(token);
}
