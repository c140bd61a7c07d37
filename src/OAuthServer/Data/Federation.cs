namespace OAuthServer.Data;

/// <summary>An identity provider at which an organization's people sign in. What it is and may do is in its settings.</summary>
public sealed class IdentityProvider
{
    /// <summary>Fifteen characters, prefix <c>0SO</c>.</summary>
    public required string Id { get; set; }

    public required string OrgId { get; set; }

    /// <summary>Lower-case letters, digits and hyphens; unique in the organization, and a part of the provider's addresses here.</summary>
    public required string Name { get; set; }

    public bool IsActive { get; set; } = true;

    /// <summary>ProviderSettings (Federation) as JSON.</summary>
    public required string Settings { get; set; }

    /// <summary>The secret that proves us to it, sealed under the master key; null where a key does, or nothing need.</summary>
    public byte[]? ClientSecret { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A domain whose people sign in at a provider. On the whole server it is one provider's.</summary>
public sealed class ProviderDomain
{
    /// <summary>In lower case, without <c>@</c>.</summary>
    public required string Domain { get; set; }

    public required string ProviderId { get; set; }
}

/// <summary>What a SAML provider last said about itself, so that a restart needs nobody else.</summary>
public sealed class ProviderMetadata
{
    public required string ProviderId { get; set; }

    /// <summary>The document in which everything held; null while none was had.</summary>
    public string? Document { get; set; }

    public DateTimeOffset? FetchedAt { get; set; }

    /// <summary>Why the last fetch failed; null when it did not.</summary>
    public string? Problem { get; set; }

    public DateTimeOffset? ProblemAt { get; set; }
}

/// <summary>Who somebody is at a provider: the federation id. It opens one account, and no e-mail address stands in for it.</summary>
public sealed class FederatedIdentity
{
    public long Id { get; set; }

    public required string ProviderId { get; set; }

    /// <summary><c>sub</c> or NameID.</summary>
    public required string Subject { get; set; }

    /// <summary>The format of a NameID, which is a part of the name; empty for OpenID Connect.</summary>
    public string Format { get; set; } = "";

    public required string UserId { get; set; }

    /// <summary>Made by <c>apply</c>, so that <c>apply --prune</c> may remove it again.</summary>
    public bool IsDeclared { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>A browser that was sent to a provider and is expected back. Good for one answer.</summary>
public sealed class SsoRequest
{
    /// <summary>Keyed hash of the handle, which is the <c>state</c>, the RelayState and a part of the SAML request's ID.</summary>
    public required string Id { get; set; }

    public required string ProviderId { get; set; }

    /// <summary>Keyed hash of the cookie of the browser that was sent: no other browser's answer counts.</summary>
    public required string BrowserHash { get; set; }

    public SsoPurpose Purpose { get; set; }

    /// <summary>Who began it, where somebody is signed in: linking and trying.</summary>
    public string? UserId { get; set; }

    /// <summary>Where to go afterwards, sealed under the master key.</summary>
    public byte[]? Target { get; set; }

    /// <summary>The person must have signed in there after this; null = an older sign-in will do.</summary>
    public DateTimeOffset? NewerThan { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>Why a browser was sent to a provider.</summary>
public enum SsoPurpose
{
    /// <summary>To sign in.</summary>
    SignIn,

    /// <summary>To link the identity there with the account that is signed in here.</summary>
    Link,

    /// <summary>To show an administrator what comes back, without signing in.</summary>
    Test,

    /// <summary>To end the session there, after the one here.</summary>
    SignOut,
}

/// <summary>A key with a certificate by which this server is known to SAML providers: it signs requests and opens encrypted assertions.</summary>
public sealed class ServiceProviderKey
{
    /// <summary>SHA-256 thumbprint of the certificate, in hexadecimal.</summary>
    public required string Id { get; set; }

    /// <summary>DER.</summary>
    public required byte[] Certificate { get; set; }

    /// <summary>PKCS#8, encrypted under the master key.</summary>
    public required byte[] PrivateKey { get; set; }

    /// <summary>From when on it signs; before, it is only published.</summary>
    public DateTimeOffset ActivatesAt { get; set; }

    public DateTimeOffset NotAfter { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A certificate of whose end administrators were warned, so many days ahead: once.</summary>
public sealed class CertificateWarning
{
    public required string ProviderId { get; set; }

    /// <summary>SHA-256, in hexadecimal.</summary>
    public required string Thumbprint { get; set; }

    /// <summary>30, 7 or 1.</summary>
    public int Days { get; set; }

    public DateTimeOffset SentAt { get; set; }
}
