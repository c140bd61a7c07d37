using System.Text.Json.Nodes;

namespace OAuthServer.Tests.Support.Providers;

/// <summary>What a test wants of its OpenID provider.</summary>
public sealed record OidcProviderSettings
{
    public IReadOnlyList<OidcClient> Clients { get; init; } = [];

    public IReadOnlyList<OidcAccount> Accounts { get; init; } = [];

    /// <summary>The claims of scopes stand in the ID token too; otherwise userinfo alone has them, as OpenID Connect Core, section 5.4, wants.</summary>
    public bool ClaimsInIdToken { get; init; }

    /// <summary>Refuses authorization requests without code_challenge (S256).</summary>
    public bool RequirePkce { get; init; } = true;

    /// <summary>All are announced; the first of an algorithm signs.</summary>
    public IReadOnlyList<OidcSigningKey> Keys { get; init; } = [OidcSigningKey.New()];
}

/// <summary>A relying party.</summary>
/// <param name="Id">Its client_id.</param>
/// <param name="RedirectUri">Where codes go.</param>
public sealed record OidcClient(string Id, string RedirectUri)
{
    /// <summary>Null for a client that proves itself by a key.</summary>
    public string? Secret { get; init; }

    /// <summary>client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt or none.</summary>
    public string Authentication { get; init; } = "client_secret_basic";

    /// <summary>The client's keys, read there when its assertion is verified.</summary>
    public string? JwksUri { get; init; }

    /// <summary>Of ID tokens and logout tokens.</summary>
    public string IdTokenAlgorithm { get; init; } = "RS256";

    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];

    public string? BackchannelLogoutUri { get; init; }

    /// <summary>Logout tokens name the session, and ID tokens have its sid.</summary>
    public bool BackchannelLogoutSessionRequired { get; init; } = true;

    /// <summary>Anything else of the registration, by the names of OpenID Connect Registration, section 2.</summary>
    public JsonObject More { get; init; } = [];

    internal JsonObject ToJson()
    {
        var client = (JsonObject)More.DeepClone();
        (client["client_id"], client["redirect_uris"]) = (Id, new JsonArray(RedirectUri));
        (client["token_endpoint_auth_method"], client["id_token_signed_response_alg"]) = (Authentication, IdTokenAlgorithm);
        client["post_logout_redirect_uris"] = new JsonArray([.. PostLogoutRedirectUris.Select(uri => (JsonNode)uri)]);
        if (Secret is not null)
            client["client_secret"] = Secret;
        if (JwksUri is not null)
            client["jwks_uri"] = JwksUri;
        if (BackchannelLogoutUri is not null)
            (client["backchannel_logout_uri"], client["backchannel_logout_session_required"]) = (BackchannelLogoutUri, BackchannelLogoutSessionRequired);
        return client;
    }
}

/// <summary>Somebody who can sign in at the provider.</summary>
/// <param name="Username">What is typed.</param>
/// <param name="Password">What is typed.</param>
public sealed record OidcAccount(string Username, string Password)
{
    /// <summary>The claim sub.</summary>
    public string Subject { get; init; } = "sub-" + Username;

    /// <summary>Any JSON, right or wrong: email and email_verified come with the scope email, all else with profile, groups with groups too.</summary>
    public JsonObject Claims { get; init; } = [];

    /// <summary>How a sign-in is proved from now on, in each ID token (RFC 8176).</summary>
    public IReadOnlyList<string>? Amr { get; init; }

    /// <summary>The class of a sign-in from now on, in each ID token.</summary>
    public string? Acr { get; init; }
}
