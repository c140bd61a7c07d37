using OAuthServer.Policy;

namespace OAuthServer.Data;

/// <summary>A browser that somebody is signed in at. The cookie holds a secret of which only a keyed hash is here.</summary>
public sealed class BrowserSession
{
    /// <summary>128 random bits: the <c>sid</c> of ID tokens and logout tokens. It opens nothing.</summary>
    public required string Id { get; set; }

    /// <summary>Keyed hash of the cookie's secret; another one after every sign-in and step-up.</summary>
    public required string Hash { get; set; }

    public required string UserId { get; set; }

    /// <summary>What the last sign-in proved.</summary>
    public Proof Proven { get; set; }

    /// <summary>The channel that the last sign-in was judged on: pages of the server's own want <see cref="LoginChannel.Browser"/>.</summary>
    public LoginChannel Channel { get; set; }

    /// <summary>The authorization request that the last sign-in answered, so that it is not judged a second time.</summary>
    public string? AnsweredRequestId { get; set; }

    public string? TrustedNetwork { get; set; }

    /// <summary>The profile version that let it in.</summary>
    public int ProfileVersion { get; set; }

    public string? SourceAddress { get; set; }

    public string? UserAgent { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When the person last proved itself: <c>auth_time</c>.</summary>
    public DateTimeOffset AuthenticatedAt { get; set; }

    /// <summary>Exact to the minute.</summary>
    public DateTimeOffset LastSeenAt { get; set; }

    /// <summary>The identity provider that vouched for the person; null = none did.</summary>
    public string? ProviderId { get; set; }

    /// <summary>Who the person is there.</summary>
    public string? ProviderSubject { get; set; }

    /// <summary>The session there (<c>sid</c>, SessionIndex), by which the provider ends it.</summary>
    public string? ProviderSessionId { get; set; }

    /// <summary>What the provider wants to see when it is asked to sign out, sealed under the master key: the ID token, or the NameID.</summary>
    public byte[]? ProviderHint { get; set; }

    /// <summary>The provider's own end of the session (SessionNotOnOrAfter); null = it sets none.</summary>
    public DateTimeOffset? EndsAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When the logout of its apps was put on its way, however it ended.</summary>
    public DateTimeOffset? AppsToldAt { get; set; }
}

/// <summary>A sign-in that is under way: what its steps have proven so far. Bound to one browser by a cookie, of which only a keyed hash is here.</summary>
public sealed class PendingSignIn
{
    /// <summary>Keyed hash of the cookie's secret.</summary>
    public required string Hash { get; set; }

    /// <summary>As typed; also when nobody has it.</summary>
    public required string Username { get; set; }

    /// <summary>Null while nothing is proven, and for a name that nobody has.</summary>
    public string? UserId { get; set; }

    public Proof Proven { get; set; }

    /// <summary>The password that was proven, as of its change: another one since ends this sign-in.</summary>
    public DateTimeOffset? PasswordChangedAt { get; set; }

    /// <summary>What the rules asked for last: names of challenges, comma separated. A page that was not asked for does nothing.</summary>
    public string OneOf { get; set; } = "";

    /// <summary>Where to go afterwards, sealed under the master key: it may hold the handle of a request.</summary>
    public byte[]? Target { get; set; }

    /// <summary>Keyed hash of the code that was mailed to make the device known.</summary>
    public string? MailedCodeHash { get; set; }

    public DateTimeOffset? MailedCodeAt { get; set; }

    public int MailedCodes { get; set; }

    /// <summary>Wrong codes so far.</summary>
    public int WrongCodes { get; set; }

    /// <summary>The ceremony of a passkey that is under way, sealed under the master key; used once.</summary>
    public byte[]? PasskeyCeremony { get; set; }

    /// <summary>The session at the identity provider that vouched, sealed under the master key; null when none did.</summary>
    public byte[]? ProviderSession { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>A browser that a user has made known (login policy, section 3, rule 12), found by a cookie of which only a keyed hash is here.</summary>
public sealed class KnownDevice
{
    /// <summary>Keyed hash of user and cookie.</summary>
    public required string Hash { get; set; }

    public required string UserId { get; set; }

    public string? UserAgent { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset LastUsedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>A link that was mailed: good once, for a short time, found by its keyed hash. A used one may stand for another mail that is counted.</summary>
public sealed class MailedLink
{
    public required string Hash { get; set; }

    public required string UserId { get; set; }

    public MailedLinkPurpose Purpose { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>What a mailed link is for.</summary>
public enum MailedLinkPurpose
{
    /// <summary>The first password of a new account.</summary>
    Activation,

    /// <summary>A new password for a forgotten one.</summary>
    PasswordReset,

    /// <summary>No link: stands for a code that was mailed to make a browser known.</summary>
    DeviceCode,
}
