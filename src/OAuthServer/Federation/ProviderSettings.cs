namespace OAuthServer.Federation;

/// <summary>What an identity provider is and may do, as stored and as written in a file. Exactly one of <see cref="Oidc"/> and <see cref="Saml"/> is there.</summary>
public sealed record ProviderSettings
{
    /// <summary>On its button.</summary>
    public required string Label { get; init; }

    public OidcSettings? Oidc { get; init; }

    public SamlSettings? Saml { get; init; }

    /// <summary>Whose people are sent there as soon as they have typed their name: what stands behind the <c>@</c>, of user names and e-mail addresses alike.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>
    /// An e-mail address within <see cref="Domains"/> that the provider says to be verified links the first sign-in to the account that
    /// has it. Off: only a federation id does.
    /// </summary>
    public bool LinksByVerifiedEmail { get; init; }

    /// <summary>Values of <c>amr</c> or <c>acr</c>, or authentication contexts of SAML, that count as a second factor here; none = ours is asked for.</summary>
    public IReadOnlyList<string> SecondFactors { get; init; } = [];

    /// <summary>Who signs out here is signed out there too, where the provider offers it.</summary>
    public bool SignsOutThere { get; init; } = true;

    public ProvisioningSettings Provisioning { get; init; } = new();
}

/// <summary>How a client proves itself to an OpenID provider.</summary>
public enum ProviderAuthMethod
{
    ClientSecretBasic,

    ClientSecretPost,

    /// <summary>A JWT signed with this server's own key, which the provider finds in its key set.</summary>
    PrivateKeyJwt,

    /// <summary>Nothing but PKCE.</summary>
    None,
}

/// <summary>An OpenID provider.</summary>
public sealed record OidcSettings
{
    /// <summary>As discovery says it, character by character.</summary>
    public required string Issuer { get; init; }

    public required string ClientId { get; init; }

    public ProviderAuthMethod ClientAuthentication { get; init; } = ProviderAuthMethod.ClientSecretBasic;

    public IReadOnlyList<string> Scopes { get; init; } = ["openid", "profile", "email"];

    /// <summary>Other audiences whose ID tokens may be exchanged (RFC 8693): apps that are registered there by themselves.</summary>
    public IReadOnlyList<string> ExchangedAudiences { get; init; } = [];
}

/// <summary>By which binding a request goes to a SAML provider.</summary>
public enum SamlBinding
{
    Redirect,

    Post,
}

/// <summary>A SAML 2.0 identity provider: known by the metadata it publishes, by a file, or by what is written here.</summary>
public sealed record SamlSettings
{
    /// <summary>Its entity id; needed where its metadata holds several, or where there is none.</summary>
    public string? EntityId { get; init; }

    /// <summary>Where its metadata is, fetched every hour.</summary>
    public string? MetadataUrl { get; init; }

    /// <summary>A file with its metadata; <c>apply</c> copies it into the database.</summary>
    public string? MetadataFile { get; init; }

    /// <summary>The certificate, PEM, by which metadata must be signed; none = the transport is trusted.</summary>
    public string? MetadataCertificate { get; init; }

    /// <summary>Where there is no metadata: its single sign-on address.</summary>
    public string? SingleSignOnUrl { get; init; }

    /// <summary>Where there is no metadata: its single logout address, redirect binding.</summary>
    public string? SingleLogoutUrl { get; init; }

    /// <summary>Where there is no metadata: its signing certificates, PEM.</summary>
    public IReadOnlyList<string> Certificates { get; init; } = [];

    public SamlBinding RequestBinding { get; init; } = SamlBinding.Redirect;

    /// <summary>Requests carry our signature.</summary>
    public bool SignsRequests { get; init; } = true;

    /// <summary>Responses that nobody here asked for are taken. They can sign anybody in as somebody else (login CSRF): only where people start at the provider's portal.</summary>
    public bool IdpInitiated { get; init; }

    /// <summary>Assertions must be encrypted.</summary>
    public bool WantsEncryption { get; init; }

    /// <summary>The format of NameID that is asked for; none = the provider's choice.</summary>
    public string? NameIdFormat { get; init; }

    /// <summary>An attribute that says who it is, in the NameID's place: where that is transient.</summary>
    public string? SubjectAttribute { get; init; }

    /// <summary>Authentication contexts that are demanded; none = any.</summary>
    public IReadOnlyList<string> RequestedContexts { get; init; } = [];
}

/// <summary>Accounts made and kept up to date by what a provider says at each sign-in.</summary>
public sealed record ProvisioningSettings
{
    /// <summary>Somebody whom nobody here knows gets an account.</summary>
    public bool Creates { get; init; }

    /// <summary>Names and e-mail address follow the provider at each sign-in; so does the profile where a rule maps one.</summary>
    public bool Updates { get; init; } = true;

    /// <summary>Which claims hold what; the first that is there counts.</summary>
    public ClaimNames Claims { get; init; } = new();

    /// <summary>The first rule that fits gives the profile.</summary>
    public IReadOnlyList<ProfileRule> Profiles { get; init; } = [];

    /// <summary>Where no rule fits; none = nobody comes in without one.</summary>
    public string? DefaultProfile { get; init; }

    /// <summary>Rules may give an administrator's profile.</summary>
    public bool MayGrantAdministrator { get; init; }

    /// <summary>Who has this claim has left: the account is made inactive.</summary>
    public ClaimValue? LeftWhen { get; init; }

    /// <summary>An account that this provider made is made inactive when no rule fits any more.</summary>
    public bool DeactivatesWithoutProfile { get; init; }
}

/// <summary>Names of claims, or of SAML attributes.</summary>
public sealed record ClaimNames
{
    public IReadOnlyList<string> Username { get; init; } = ["preferred_username", "upn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "email", "mail", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"];

    public IReadOnlyList<string> Email { get; init; } = ["email", "mail", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "urn:oid:0.9.2342.19200300.100.1.3"];

    public IReadOnlyList<string> FirstName { get; init; } = ["given_name", "givenName", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "urn:oid:2.5.4.42"];

    public IReadOnlyList<string> LastName { get; init; } = ["family_name", "sn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "urn:oid:2.5.4.4"];
}

/// <summary>A claim that has a value.</summary>
public record ClaimValue
{
    public required string Claim { get; init; }

    /// <summary>One of the claim's values, character by character.</summary>
    public required string Value { get; init; }
}

/// <summary>Who has this claim with this value gets this profile.</summary>
public sealed record ProfileRule : ClaimValue
{
    /// <summary>The profile's name.</summary>
    public required string Profile { get; init; }
}
