using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Tokens;

/// <summary>What an ID token that comes back says.</summary>
/// <param name="UserId">Whom it is about.</param>
/// <param name="ClientId">The app it was made for.</param>
/// <param name="SessionId">The browser session it came from.</param>
public sealed record IdTokenHint(string UserId, string ClientId, string? SessionId);

/// <summary>
/// Reads ID tokens that come back as hints (OpenID Connect Core 1.0, section 3.1.2.1; RP-Initiated Logout 1.0, section 2). They may have
/// expired, but must be ours, and nothing else that we sign: access and logout tokens have another type.
/// </summary>
public sealed class IdTokenHints(SigningKeyRing keys, PublicUrl publicUrl)
{
    /// <summary>Null for anything that is not an ID token under one of the published keys.</summary>
    public async ValueTask<IdTokenHint?> ReadAsync(string token)
    {
        if (CompactJws.TryParse(token) is not { Type: IdTokens.Type } jws || CompactJws.Text(jws.Claims, "iss") != publicUrl.Value
            || CompactJws.Text(jws.Claims, "sub") is not { } subject || CompactJws.Text(jws.Claims, "aud") is not { } audience)
            return null;
        foreach (var key in (await keys.CurrentAsync()).Keys)
        {
            if (key.Kid == jws.KeyId && jws.IsSignedBy(key.Verifier))
                return new(RecordId.Short(subject[(subject.LastIndexOf('/') + 1)..]), audience, CompactJws.Text(jws.Claims, "sid"));
        }
        return null;
    }
}
