using OAuthServer.Policy;

namespace OAuthServer.Administration.People;

/// <summary>A user by name.</summary>
/// <param name="User">The username.</param>
public sealed record UserName(string User);

/// <summary>Everything an administrator may see of a user. No password, token, seed or code is in it: nobody can read those.</summary>
public sealed record UserSight
{
    public required string Username { get; init; }

    public required string Email { get; init; }

    public required string FirstName { get; init; }

    public required string LastName { get; init; }

    public required string Language { get; init; }

    public required string TimeZone { get; init; }

    /// <summary>Its name.</summary>
    public required string Profile { get; init; }

    public required bool Administrator { get; init; }

    public required UserStatus Status { get; init; }

    public required bool BreakGlass { get; init; }

    /// <summary>Kept in configuration files: what is changed here comes back with the next <c>apply</c>.</summary>
    public required bool Declared { get; init; }

    /// <summary>The provider at whose first sign-in the account was made; null = an administrator made it.</summary>
    public string? ProvisionedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FirstSignInAt { get; init; }

    public DateTimeOffset? LastSignInAt { get; init; }

    public required PasswordSight Password { get; init; }

    /// <summary>Failed attempts, apart by where they came from.</summary>
    public required IReadOnlyList<LockoutSight> Lockouts { get; init; }

    public required FactorsSight Factors { get; init; }

    public required TokenSight Token { get; init; }

    public required IReadOnlyList<SessionSight> Sessions { get; init; }

    /// <summary>What the user lets in.</summary>
    public required IReadOnlyList<AppSight> Apps { get; init; }

    /// <summary>The latest attempts, newest first.</summary>
    public required IReadOnlyList<SignInSight> SignIns { get; init; }

    public required IReadOnlyList<IdentitySight> Identities { get; init; }

    /// <summary>Apps that log in by themselves and act as this user.</summary>
    public required IReadOnlyList<RunsAsSight> RunsAs { get; init; }

    /// <summary>How many integrations log in as this user, as they were found in the records.</summary>
    public required int Integrations { get; init; }

    /// <summary>How many integrations the user answers for.</summary>
    public required int Owns { get; init; }
}

/// <summary>A password as it may be known: that there is one.</summary>
/// <param name="IsSet">There is one.</param>
/// <param name="ChangedAt">When it was set.</param>
/// <param name="MustChange">It must be replaced at the next sign-in; programs are refused until then.</param>
/// <param name="HasUse">A door takes one from this user.</param>
public sealed record PasswordSight(bool IsSet, DateTimeOffset? ChangedAt, bool MustChange, bool HasUse);

/// <summary>Failed attempts from one class of origin.</summary>
/// <param name="Origin"><c>trusted</c> or <c>untrusted</c>.</param>
/// <param name="Failures">So many since the last success.</param>
/// <param name="LastFailureAt">The last of them.</param>
/// <param name="IsLocked">Nobody comes in from there now.</param>
/// <param name="Until">When that ends by itself; null = not locked, or until an administrator unlocks.</param>
public sealed record LockoutSight(string Origin, int Failures, DateTimeOffset? LastFailureAt, bool IsLocked, DateTimeOffset? Until);

/// <summary>What second factors there are.</summary>
/// <param name="AuthenticatorSince">When the authenticator app was enrolled; null = none is.</param>
/// <param name="RecoveryCodesLeft">Those not used.</param>
/// <param name="Passkeys">Passkeys and security keys.</param>
public sealed record FactorsSight(DateTimeOffset? AuthenticatorSince, int RecoveryCodesLeft, IReadOnlyList<PasskeySight> Passkeys);

/// <summary>A passkey or security key.</summary>
public sealed record PasskeySight(string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>The security token, which nobody can read.</summary>
/// <param name="WhyNone">Why the user has none and gets none; null when the feature applies.</param>
/// <param name="IssuedAt">When the current one was mailed; null = none was.</param>
/// <param name="WorksUntil">When it ends by itself.</param>
/// <param name="UseCount">Its uses.</param>
/// <param name="LastUsedAt">The last of them.</param>
/// <param name="OldWorksUntil">The end of the overlap in which the one before still works; null = it does not.</param>
/// <param name="OldUsesSinceReset">How often the old one was used although there is a new one.</param>
/// <param name="MostOverlapDays">How long the profile lets an old token live on after a reset.</param>
public sealed record TokenSight(
    string? WhyNone, DateTimeOffset? IssuedAt, DateTimeOffset? WorksUntil, int UseCount, DateTimeOffset? LastUsedAt,
    DateTimeOffset? OldWorksUntil, int OldUsesSinceReset, int MostOverlapDays);

/// <summary>A browser that the user is signed in at.</summary>
public sealed record SessionSight(string? Address, string? Browser, DateTimeOffset SignedInAt, DateTimeOffset LastSeenAt);

/// <summary>An app that the user lets in.</summary>
public sealed record AppSight(string ClientId, string Name, IReadOnlyList<string> Scopes, DateTimeOffset Since, DateTimeOffset? LastUsedAt);

/// <summary>An app that acts as the user by itself.</summary>
public sealed record RunsAsSight(string ClientId, string Name, bool Active);

/// <summary>An attempt to log in.</summary>
/// <param name="Reference">Its record's short name.</param>
/// <param name="At">When.</param>
/// <param name="Channel">By which door.</param>
/// <param name="ClientId">The app; null = none.</param>
/// <param name="Address">Where from.</param>
/// <param name="Decision"><c>allow</c>, <c>deny</c> or <c>challenge</c>.</param>
/// <param name="Reason">Of a denial.</param>
public sealed record SignInSight(string Reference, DateTimeOffset At, LoginChannel Channel, string? ClientId, string? Address, string Decision, DenyReason? Reason);

/// <summary>Who the user is at an identity provider.</summary>
public sealed record IdentitySight(string Provider, string Subject, bool Declared, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);
