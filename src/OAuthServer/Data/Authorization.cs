using OAuthServer.Policy;

namespace OAuthServer.Data;

/// <summary>
/// An authorization request that was pushed (RFC 9126), or waits while a person signs in or consents. Its handle is in the
/// browser's address; only a keyed hash is here. It is used up by its answer, not by a visit.
/// </summary>
public sealed class AuthorizationRequest
{
    /// <summary>Keyed hash of the handle.</summary>
    public required string Id { get; set; }

    public required string AppId { get; set; }

    /// <summary>The parameters as they were sent, as a JSON object of strings.</summary>
    public required string Parameters { get; set; }

    /// <summary>The app pushed it itself.</summary>
    public bool IsPushed { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>When the person chose to go on as who is signed in (<c>prompt=select_account</c>).</summary>
    public DateTimeOffset? AccountChosenAt { get; set; }

    /// <summary>When the person said no.</summary>
    public DateTimeOffset? DeniedAt { get; set; }

    public DateTimeOffset? AnsweredAt { get; set; }
}

/// <summary>An authorization code (RFC 6749 section 4.1.2), as a keyed hash: a minute, once, bound to app, redirect URI and challenge.</summary>
public sealed class AuthorizationCode
{
    public required string Hash { get; set; }

    public required string AppId { get; set; }

    public required string UserId { get; set; }

    public required string OrgId { get; set; }

    public required string SessionId { get; set; }

    /// <summary>Null when the request named none and the app has only one.</summary>
    public string? RedirectUri { get; set; }

    /// <summary>S256 (RFC 7636 section 4.2).</summary>
    public string? CodeChallenge { get; set; }

    public string? Nonce { get; set; }

    /// <summary>Space separated.</summary>
    public required string Scope { get; set; }

    public Proof Proven { get; set; }

    public string? TrustedNetwork { get; set; }

    public int ProfileVersion { get; set; }

    /// <summary>The user's password as of its change when it proved the login; another one since kills the code.</summary>
    public DateTimeOffset? PasswordChangedAt { get; set; }

    public DateTimeOffset AuthenticatedAt { get; set; }

    public DateTimeOffset IssuedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }

    /// <summary>What its first use made, which a second use revokes.</summary>
    public string? GrantId { get; set; }
}

/// <summary>A device that waits for a person's approval (RFC 8628). Both codes are keyed hashes.</summary>
public sealed class DeviceAuthorization
{
    /// <summary>Keyed hash of the device code.</summary>
    public required string Hash { get; set; }

    /// <summary>Keyed hash of the user code in its normal form.</summary>
    public required string UserCodeHash { get; set; }

    public required string AppId { get; set; }

    /// <summary>Space separated.</summary>
    public required string Scope { get; set; }

    /// <summary>Where the device asked from: shown to the person who is asked to approve it.</summary>
    public string? SourceAddress { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Seconds between two polls; five more after each <c>slow_down</c>.</summary>
    public int IntervalSeconds { get; set; }

    public DateTimeOffset? LastPolledAt { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    public bool IsApproved { get; set; }

    /// <summary>The reference of the login that approved it.</summary>
    public string? Reference { get; set; }

    public string? UserId { get; set; }

    public string? SessionId { get; set; }

    public Proof Proven { get; set; }

    public string? TrustedNetwork { get; set; }

    public int ProfileVersion { get; set; }

    public DateTimeOffset? PasswordChangedAt { get; set; }

    public DateTimeOffset? AuthenticatedAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>What a user has allowed an app: remembered by scope, shown and withdrawn in the settings.</summary>
public sealed class Consent
{
    public required string UserId { get; set; }

    public required string AppId { get; set; }

    /// <summary>Space separated: all that was ever allowed and not withdrawn.</summary>
    public required string Scope { get; set; }

    public DateTimeOffset GivenAt { get; set; }
}

/// <summary>A logout that an app must be told of (OpenID Connect Back-Channel Logout 1.0), retried like a mail.</summary>
public sealed class LogoutNotice
{
    public long Id { get; set; }

    public required string AppId { get; set; }

    public required string UserId { get; set; }

    public required string SessionId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset NextAttemptAt { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public string? LastError { get; set; }
}
