using OAuthServer.Policy;

namespace OAuthServer.Data;

/// <summary>A person or an integration account.</summary>
public sealed class User
{
    /// <summary>Fifteen characters, prefix <c>005</c>; also the subject of tokens (in its 18-character form).</summary>
    public required string Id { get; set; }

    public required string OrgId { get; set; }

    public required string ProfileId { get; set; }

    /// <summary>As typed by the administrator; unique across the server in its <see cref="Usernames.Normalize">normal form</see>.</summary>
    public required string Username { get; set; }

    public required string NormalizedUsername { get; set; }

    public required string Email { get; set; }

    public string FirstName { get; set; } = "";

    public string LastName { get; set; } = "";

    public string Language { get; set; } = "en_US";

    public string TimeZone { get; set; } = "UTC";

    public UserStatus Status { get; set; } = UserStatus.Active;

    public bool IsBreakGlass { get; set; }

    /// <summary>Made by <c>apply</c>, so that <c>apply --prune</c> may remove it again.</summary>
    public bool IsDeclared { get; set; }

    /// <summary>The identity provider at whose first sign-in the account was made; null = an administrator made it.</summary>
    public string? ProvisionedBy { get; set; }

    /// <summary>Null = no password: not activated yet, or never to have one.</summary>
    public string? PasswordHash { get; set; }

    public DateTimeOffset? PasswordChangedAt { get; set; }

    public bool MustChangePassword { get; set; }

    public DateTimeOffset? FirstLoginAt { get; set; }

    /// <summary>Failed attempts from trusted origins since the last success there.</summary>
    public int TrustedFailures { get; set; }

    public DateTimeOffset? TrustedLastFailureAt { get; set; }

    /// <summary>Failed attempts from everywhere else: a stranger's guesses never lock out the company's own jobs.</summary>
    public int UntrustedFailures { get; set; }

    public DateTimeOffset? UntrustedLastFailureAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A password the user had before.</summary>
public sealed class PastPassword
{
    public long Id { get; set; }

    public required string UserId { get; set; }

    public required string Hash { get; set; }

    public DateTimeOffset ReplacedAt { get; set; }
}

/// <summary>A security token, as a keyed hash. The newest one without <see cref="RetiresAt"/> is the current one.</summary>
public sealed class SecurityToken
{
    public long Id { get; set; }

    public required string UserId { get; set; }

    /// <summary>Keyed hash (<see cref="MasterKey.KeyedHash"/>).</summary>
    public required string Hash { get; set; }

    public DateTimeOffset IssuedAt { get; set; }

    /// <summary>From when on it is refused: at once after a password change, later after a reset with overlap.</summary>
    public DateTimeOffset? RetiresAt { get; set; }

    /// <summary>When a single-use token was used.</summary>
    public DateTimeOffset? SpentAt { get; set; }

    public int UseCount { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>An authenticator app (RFC 6238: SHA-1, six digits, thirty seconds).</summary>
public sealed class Authenticator
{
    public long Id { get; set; }

    public required string UserId { get; set; }

    /// <summary>The seed, encrypted under the master key.</summary>
    public required byte[] Seed { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Null until a right code proved the enrolment.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }

    /// <summary>The last accepted time step; this and older ones are refused (RFC 6238 section 5.2).</summary>
    public long LastStep { get; set; }
}

/// <summary>A recovery code, as a keyed hash.</summary>
public sealed class RecoveryCode
{
    public long Id { get; set; }

    public required string UserId { get; set; }

    public required string Hash { get; set; }

    public DateTimeOffset? UsedAt { get; set; }
}
