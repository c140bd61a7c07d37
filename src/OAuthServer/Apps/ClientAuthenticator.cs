using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Apps;

/// <summary>What a request proved about its app.</summary>
public abstract record ClientProof
{
    /// <summary>The dialect the caller is answered in: the app's, and the RFCs' where the app is not known.</summary>
    public abstract Dialect Dialect { get; }

    /// <summary>The app is who it says (or public, and then nobody knows).</summary>
    /// <param name="App">The app.</param>
    /// <param name="Proof">ClientSecret, ClientAssertion, or None for a public app.</param>
    /// <param name="PresentedSecret">The secret as presented, for the signature of the salesforce dialect's answer; never stored.</param>
    public sealed record Proven(AppEntry App, Proof Proof, string? PresentedSecret) : ClientProof
    {
        /// <summary>Only the issuer of the assertion says which app it is: nothing is proven until the grant has found that assertion signed by the app's key.</summary>
        public bool IsAsserted { get; init; }

        public override Dialect Dialect => App.Settings.Dialect;
    }

    /// <summary>It is not. The caller is told the same for an unknown app and a wrong secret.</summary>
    /// <param name="App">The app it claimed to be; null when there is none of that name.</param>
    /// <param name="ClientId">The name it claimed; null when it named none.</param>
    /// <param name="Presented">What kind of proof it tried.</param>
    /// <param name="Flaw">Why it does not hold.</param>
    /// <param name="Error">What the caller is told.</param>
    /// <param name="UsedHeader">It used the Authorization header, so that the answer names the scheme (RFC 6749 section 5.2).</param>
    public sealed record Failed(AppEntry? App, string? ClientId, Proof Presented, CredentialFlaw Flaw, OAuthError Error, bool UsedHeader) : ClientProof
    {
        public override Dialect Dialect => App?.Settings.Dialect ?? Dialect.Standard;
    }
}

/// <summary>Proves apps: secret by header or form, signed assertion (RFC 7523), or nothing where an app is public.</summary>
public sealed class ClientAuthenticator(
    AppDirectory apps, MasterKey key, WriteQueue writes, ChangeWatch changes, TimeProvider clock, PublicUrl publicUrl)
{
    /// <summary>The purpose under which app secrets are hashed.</summary>
    public const string SecretPurpose = "app-secret";

    /// <summary>Of an assertion that says to be of an app that is not there (contract, section 4.4).</summary>
    static readonly OAuthError UnknownIssuer = OAuthError.InvalidClient with { Description = "client identifier invalid: the issuer of the assertion is no app." };

    static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    static readonly TimeSpan LongestAssertion = TimeSpan.FromMinutes(10);
    readonly string[] audiences = [publicUrl.Value, publicUrl.Value + "/", publicUrl.At("/services/oauth2/token"), publicUrl.At("/services/oauth2/par")];

    /// <summary>Proves the app of a request.</summary>
    /// <param name="request">For its header.</param>
    /// <param name="form">Its parameters.</param>
    /// <param name="assertedBy">The issuer of an assertion that the request rests on; null where it rests on none.</param>
    public async ValueTask<ClientProof> AuthenticateAsync(HttpRequest request, RequestForm form, string? assertedBy = null)
    {
        var (credentials, error) = ClientCredentials.Of(request, form, assertedBy);
        if (credentials is null)
        {
            return new ClientProof.Failed(
                null, null, Proof.None, CredentialFlaw.UnknownApp, error ?? OAuthError.InvalidClient, request.Headers.Authorization.Count > 0);
        }
        var stamp = changes.Version;
        var proof = await ProveAsync(credentials);
        if (proof is ClientProof.Proven)
            return proof;
        // An app or a secret may have been added a moment ago, by another process: look before refusing.
        await changes.RefreshAsync();
        return changes.Version == stamp ? proof : await ProveAsync(credentials);
    }

    async ValueTask<ClientProof> ProveAsync(ClientCredentials credentials)
    {
        var app = await apps.FindAsync(credentials.ClientId);
        return credentials switch
        {
            ClientCredentials.Secret secret => OfSecret(app, secret),
            ClientCredentials.Assertion assertion => await OfAssertionAsync(app, assertion),
            ClientCredentials.Issuer => app is null
                ? Refuse(app, credentials.ClientId, Proof.ClientAssertion, CredentialFlaw.UnknownApp, usedHeader: false) with { Error = UnknownIssuer }
                : new ClientProof.Proven(app, Proof.None, null) { IsAsserted = true },
            _ => OfName(app, credentials.ClientId),
        };
    }

    ClientProof OfSecret(AppEntry? app, ClientCredentials.Secret presented)
    {
        // Hashed and compared also for an app that does not exist, so that time does not tell.
        var hash = key.KeyedHash(SecretPurpose, presented.Value);
        var method = presented.InHeader ? ClientAuthMethod.ClientSecretBasic : ClientAuthMethod.ClientSecretPost;
        var now = clock.GetUtcNow();
        AppSecret? match = null;
        foreach (var secret in app?.Secrets ?? [])
        {
            if (MasterKey.HashesEqual(secret.Hash, hash) && (secret.ExpiresAt is null || secret.ExpiresAt > now))
                match = secret;
        }
        if (app is null || match is null || !app.Settings.AuthMethods.Contains(method))
            return Refuse(app, presented.ClientId, Proof.ClientSecret, CredentialFlaw.WrongClientSecret, presented.InHeader);
        NoteUse(match, now);
        return new ClientProof.Proven(app, Proof.ClientSecret, presented.Value);
    }

    ClientProof OfName(AppEntry? app, string clientId) => app is { Settings.IsPublic: true }
        ? new ClientProof.Proven(app, Proof.None, null)
        : Refuse(app, clientId, Proof.None, CredentialFlaw.WrongClientSecret, usedHeader: false);

    async ValueTask<ClientProof> OfAssertionAsync(AppEntry? app, ClientCredentials.Assertion presented)
    {
        if (app is null || !app.Settings.AuthMethods.Contains(ClientAuthMethod.PrivateKeyJwt) || !Holds(presented.Jws, app)
            || !await IsFirstUseAsync(presented.Jws, app))
            return Refuse(app, presented.ClientId, Proof.ClientAssertion, CredentialFlaw.ClientAssertionRejected, usedHeader: false);
        return new ClientProof.Proven(app, Proof.ClientAssertion, null);
    }

    /// <summary>RFC 7523 section 3: issuer and subject are the app, the audience is us, it is short-lived and signed by a registered key.</summary>
    bool Holds(CompactJws jws, AppEntry app)
    {
        var now = clock.GetUtcNow();
        var issuedAt = jws.Claims.TryGetProperty("iat", out _) ? jws.Time("iat") : now;
        var notBefore = jws.Claims.TryGetProperty("nbf", out _) ? jws.Time("nbf") : now;
        return CompactJws.Text(jws.Claims, "iss") == app.ClientId
            && CompactJws.Text(jws.Claims, "sub") == app.ClientId
            && jws.IsFor(audiences)
            && (jws.Type is null || jws.Type.Equals("JWT", StringComparison.OrdinalIgnoreCase) || jws.Type == "client-authentication+jwt")
            && jws.Time("exp") is { } expires && expires > now - Skew && expires <= now + LongestAssertion + Skew
            && issuedAt is { } from && from <= now + Skew
            && notBefore is { } start && start <= now + Skew
            && CompactJws.Text(jws.Claims, "jti") is { Length: > 0 and <= 512 }
            && app.Keys.Any(k => (jws.KeyId is null || k.KeyId is null || k.KeyId == jws.KeyId) && jws.IsSignedBy(k));
    }

    /// <summary>One use of each jti until it would expire, on all nodes and over restarts.</summary>
    async ValueTask<bool> IsFirstUseAsync(CompactJws jws, AppEntry app)
    {
        var (id, until) = (CompactJws.Text(jws.Claims, "jti")!, jws.Time("exp")!.Value + Skew);
        return await writes.CommitAsync(scope => UsedAssertions.ClaimAsync(scope.Sql, app.ClientId, id, until));
    }

    static ClientProof.Failed Refuse(AppEntry? app, string clientId, Proof presented, CredentialFlaw flaw, bool usedHeader) =>
        new(app, clientId, presented, app is null ? CredentialFlaw.UnknownApp : flaw, OAuthError.InvalidClient, usedHeader);

    /// <summary>Written at most once a minute per secret: "last used" is for people, and this path is hot.</summary>
    void NoteUse(AppSecret secret, DateTimeOffset now)
    {
        if (secret.LastUsedAt is { } last && now - last < TimeSpan.FromMinutes(1))
            return;
        secret.LastUsedAt = now; // the copy in memory; a race writes the same minute twice
        var at = now.ToUnixTimeMilliseconds();
        _ = writes.CommitAsync(scope => scope.Sql.ExecuteAsync("UPDATE app_secrets SET last_used_at = @p1 WHERE id = @p0", secret.Id, at));
    }
}
