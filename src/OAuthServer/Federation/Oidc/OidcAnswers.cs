using OAuthServer.Http;

namespace OAuthServer.Federation.Oidc;

/// <summary>What a browser brought from a provider's authorization endpoint (OpenID Connect Core 1.0, section 3.1.2.5).</summary>
/// <param name="Code">To be exchanged.</param>
/// <param name="Issuer">Who says to have answered (RFC 9207).</param>
/// <param name="Error">Why there is no code.</param>
/// <param name="ErrorDescription">In the provider's words.</param>
public sealed record OidcCallback(string? Code, string? Issuer, string? Error, string? ErrorDescription)
{
    /// <summary>Without the code, which must not reach a log.</summary>
    public override string ToString() => nameof(OidcCallback);
}

/// <summary>Reads the answer of an OpenID provider to a request of ours, and checks all of it. Nobody is signed in by it.</summary>
public sealed class OidcAnswers(
    OidcDiscovery discovery, OidcTokenEndpoint tokenEndpoint, OidcSignatures signatures, OidcUserInfo userInfo, SsoRequests requests, TimeProvider clock)
{
    const int LongestHint = 6000;

    /// <summary>Reads it.</summary>
    /// <param name="provider">At whose callback it came.</param>
    /// <param name="back">The request that it answers.</param>
    /// <param name="callback">What the browser brought.</param>
    /// <param name="cancellation">Ends the waiting for the provider.</param>
    public async Task<ProviderAnswer> ReadAsync(ProviderEntry provider, SsoReturn back, OidcCallback callback, CancellationToken cancellation)
    {
        var checks = new OidcChecks();
        checks.Add(AssertionFlaw.StateUnknown, holds: true);
        var metadata = await discovery.OfAsync(provider, cancellation);
        if (!checks.Add(AssertionFlaw.ProviderUnreachable, metadata is not null, metadata is null ? "Its discovery document cannot be had, or does not hold." : null))
            return checks.Refuse(provider);
        var issuer = provider.Settings.Oidc!.Issuer;
        if (!checks.Add(AssertionFlaw.MixUp, callback.Issuer is null ? !metadata!.PromisesIssuer : callback.Issuer == issuer, callback.Issuer)
            || !checks.Add(AssertionFlaw.ProviderRefused, callback.Error is null, callback.Error is null ? null : $"{callback.Error} {callback.ErrorDescription}")
            || !checks.Add(AssertionFlaw.Malformed, callback.Code is not null, callback.Code is null ? "There is no code." : null)
            || await tokenEndpoint.RedeemAsync(provider, metadata!, callback.Code!, requests.VerifierOf(back.Handle), checks, cancellation) is not { } tokens)
            return checks.Refuse(provider);
        var jws = CompactJws.TryParse(tokens.IdToken);
        if (!checks.Add(AssertionFlaw.Malformed, jws is not null, jws is null ? "The ID token is not a signed JWT, or repeats a member." : null))
            return checks.Refuse(provider);
        await CheckAsync(provider, metadata!, back, callback, tokens, jws!, checks, cancellation);
        if (checks.Flaw != AssertionFlaw.None)
            return checks.Refuse(provider, IdTokenRules.Decode(jws!));
        return await ClaimsAsync(provider, metadata!, tokens, jws!, checks, cancellation) is { } claims
            ? Answer(provider, tokens, jws!, claims, checks)
            : checks.Refuse(provider, IdTokenRules.Decode(jws!));
    }

    async Task CheckAsync(
        ProviderEntry provider, OidcMetadata metadata, SsoReturn back, OidcCallback callback, OidcTokens tokens, CompactJws jws, OidcChecks checks, CancellationToken cancellation)
    {
        var settings = provider.Settings.Oidc!;
        await signatures.CheckAsync(provider, metadata, jws, checks, cancellation);
        IdTokenRules.Check(jws, settings, [settings.ClientId], clock.GetUtcNow(), checks);
        checks.Add(AssertionFlaw.WrongNonce, CompactJws.Text(jws.Claims, "nonce") == requests.NonceOf(back.Handle));
        IdTokenRules.CheckHashes(jws, tokens.AccessToken, callback.Code!, checks);
        if (back.NewerThan is { } earliest)
            checks.Add(AssertionFlaw.ContextNotMet, jws.Time("auth_time") >= earliest - IdTokenRules.Skew, jws.Time("auth_time")?.ToString("u", System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>The claims, with userinfo's where the ID token says too little; null when they cannot be had, which is among the checks.</summary>
    async Task<ProviderClaims?> ClaimsAsync(ProviderEntry provider, OidcMetadata metadata, OidcTokens tokens, CompactJws jws, OidcChecks checks, CancellationToken cancellation)
    {
        var claims = OidcClaims.Read(jws.Claims, null, provider.Settings.Provisioning);
        if (claims is not null && OidcClaims.IsThin(claims, jws.Claims, provider.Settings) && metadata.UserInfoEndpoint is not null && tokens.AccessToken is { } accessToken)
        {
            if (await userInfo.AskAsync(provider, metadata, accessToken, IdTokenRules.SubjectOf(jws)!, checks, cancellation) is not { } more)
                return null;
            claims = OidcClaims.Read(jws.Claims, more, provider.Settings.Provisioning);
        }
        return checks.Add(AssertionFlaw.TooLarge, claims is not null) ? claims : null;
    }

    static ProviderAnswer Answer(ProviderEntry provider, OidcTokens tokens, CompactJws jws, ProviderClaims claims, OidcChecks checks) => new()
    {
        Provider = provider,
        Flaw = AssertionFlaw.None,
        Checks = checks.Made,
        Subject = IdTokenRules.SubjectOf(jws)!,
        Claims = claims,
        HasSecondFactor = OidcSecondFactor.IsIn(jws, provider.Settings),
        AuthenticatedAt = jws.Time("auth_time"),
        Session = new(provider.Id, IdTokenRules.SubjectOf(jws)!, IdTokenRules.SessionOf(jws), tokens.IdToken.Length <= LongestHint ? tokens.IdToken : null, EndsAt: null),
        Decoded = IdTokenRules.Decode(jws),
    };
}
