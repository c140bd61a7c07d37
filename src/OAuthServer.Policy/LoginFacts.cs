using System.Collections.Frozen;
using System.Net;
using OAuthServer.Policy.Hours;
using OAuthServer.Policy.Lockout;
using OAuthServer.Policy.Networks;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Policy;

/// <summary>Everything a ruling depends on, and nothing else: the same facts always give the same ruling.</summary>
/// <param name="Channel">The door.</param>
/// <param name="At">The instant of the attempt.</param>
/// <param name="From">The caller's address as RequestOrigin gives it; null when unknown, which is never trusted.</param>
/// <param name="Org">The organization.</param>
/// <param name="Profile">The policy that applies to the user.</param>
/// <param name="User">The account.</param>
/// <param name="App">The connected app, when one asks.</param>
/// <param name="Device">The browser's remembered device, when there is a browser.</param>
/// <param name="Evidence">What was brought and held.</param>
public sealed record LoginFacts(
    LoginChannel Channel,
    DateTimeOffset At,
    IPAddress? From,
    OrgFacts Org,
    ProfileFacts Profile,
    UserFacts User,
    AppFacts? App,
    DeviceFacts? Device,
    Evidence Evidence)
{
    /// <summary>The old way this login takes, where it has been closed or is in a brown-out; null where nothing is known against it.</summary>
    public OldWay? OldWay { get; init; }

    /// <summary>The trusted network the caller is in, if any.</summary>
    public IpRange? TrustedNetwork => Org.TrustedNetworks.Find(From);

    /// <summary>True inside the organization's trusted networks or the profile's login ranges: failures from there are counted apart.</summary>
    public bool FromTrustedOrigin => IsTrustedOrigin(Org, Profile, From);

    /// <summary>The same of an address without a login.</summary>
    public static bool IsTrustedOrigin(OrgFacts org, ProfileFacts profile, IPAddress? from) => org.TrustedNetworks.Contains(from) || profile.LoginRanges.Contains(from);
}

/// <summary>Whether an organization is open for business.</summary>
public enum OrgStatus
{
    /// <summary>Logins are decided by the other rules.</summary>
    Open,

    /// <summary>Locked by the operator: nobody gets in.</summary>
    Locked,

    /// <summary>Closed for good.</summary>
    Closed,
}

/// <summary>What the rules know of an organization.</summary>
/// <param name="Id">The organization's id.</param>
/// <param name="Status">Open or not.</param>
/// <param name="PasswordGrantEnabled">The organization-wide switch of the password grant.</param>
/// <param name="SoapLoginEnabled">The organization-wide switch of SOAP login.</param>
/// <param name="TrustedNetworks">Ranges that relax checks and never forbid.</param>
public sealed record OrgFacts(string Id, OrgStatus Status, bool PasswordGrantEnabled, bool SoapLoginEnabled, NetworkList TrustedNetworks)
{
    /// <summary>The client identifiers of the apps that the server brings along and the organization has switched on.</summary>
    public IReadOnlySet<string> BuiltInApps { get; init; } = FrozenSet<string>.Empty;
}

/// <summary>Whether people of a profile sign in at an identity provider.</summary>
public enum SsoMode
{
    /// <summary>No identity provider.</summary>
    Off,

    /// <summary>An identity provider or a local password, token rules and all.</summary>
    Offered,

    /// <summary>Only at the identity provider; local credentials are refused.</summary>
    Required,
}

/// <summary>When a browser sign-in needs a second factor.</summary>
public enum BrowserSecondFactor
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>Off trusted networks, from those who have enrolled one. The default.</summary>
    OffTrustedNetworksWhenEnrolled,

    /// <summary>Off trusted networks, from everybody; who has none must enrol.</summary>
    OffTrustedNetworks,

    /// <summary>Always, from everybody; who has none must enrol.</summary>
    Always,
}

/// <summary>What a program appends to the password.</summary>
public enum ApiSecondFactor
{
    /// <summary>The e-mailed security token.</summary>
    SecurityToken,

    /// <summary>A code of the authenticator app; a security token is not accepted.</summary>
    Totp,

    /// <summary>Either of them.</summary>
    Either,
}

/// <summary>The policy bundle that is assigned to people: one version of a profile.</summary>
public sealed record ProfileFacts
{
    /// <summary>The profile's id.</summary>
    public required string Id { get; init; }

    /// <summary>Each save is a version; a ruling names the one it used.</summary>
    public required int Version { get; init; }

    /// <summary>The name administrators gave it.</summary>
    public required string Name { get; init; }

    /// <summary>Login IP ranges: if there are any, everywhere else is forbidden.</summary>
    public NetworkList LoginRanges { get; init; } = NetworkList.Empty;

    /// <summary>Login hours in the profile's time zone.</summary>
    public LoginHours Hours { get; init; } = LoginHours.Always;

    /// <summary>The doors that are open.</summary>
    public required IReadOnlySet<LoginChannel> Doors { get; init; }

    /// <summary>Programs only: the browser is refused.</summary>
    public bool ApiOnly { get; init; }

    /// <summary>Single sign-on, the organization's default already applied.</summary>
    public SsoMode Sso { get; init; } = SsoMode.Off;

    /// <summary>Single sign-on is required of this user: local passwords and passkeys open nothing. The break-glass administrator keeps them.</summary>
    public bool RequiresSsoOf(bool breakGlass) => Sso == SsoMode.Required && !breakGlass;

    /// <summary>A security token is asked for off trusted networks.</summary>
    public bool SecurityTokenOffTrustedNetworks { get; init; } = true;

    /// <summary>How long a security token lives after it was issued; null = until it is replaced.</summary>
    public TimeSpan? SecurityTokenLifetime { get; init; }

    /// <summary>A security token is spent by its first use.</summary>
    public bool SecurityTokenSingleUse { get; init; }

    /// <summary>How many days (0 to 30) the old token may live on after a reset.</summary>
    public int SecurityTokenOverlapDays { get; init; }

    /// <summary>When a browser sign-in needs a second factor.</summary>
    public BrowserSecondFactor BrowserSecondFactor { get; init; } = BrowserSecondFactor.OffTrustedNetworksWhenEnrolled;

    /// <summary>What a program appends to the password.</summary>
    public ApiSecondFactor ApiSecondFactor { get; init; } = ApiSecondFactor.SecurityToken;

    /// <summary>Which proofs count as a second factor in the browser.</summary>
    public Proof SecondFactorKinds { get; init; } = Proof.Totp | Proof.Passkey | Proof.RecoveryCode | Proof.SsoSecondFactor;

    /// <summary>Who has no second factor must enrol one at the next browser sign-in.</summary>
    public bool EnrolmentForced { get; init; }

    /// <summary>Password length, complexity, history, expiry.</summary>
    public PasswordPolicy Password { get; init; } = PasswordPolicy.Default;

    /// <summary>Invalid attempts before a lockout, and its length.</summary>
    public LockoutPolicy Lockout { get; init; } = LockoutPolicy.Default;

    /// <summary>Browser session idle timeout.</summary>
    public TimeSpan SessionIdleTimeout { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Browser session absolute lifetime.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>A browser session is refused from another address than the one it began at.</summary>
    public bool SessionBoundToAddress { get; init; }

    /// <summary>Permission: programs may log in.</summary>
    public bool ApiEnabled { get; init; } = true;

    /// <summary>Permission: administers the organization.</summary>
    public bool Administrator { get; init; }

    /// <summary>Permission: the password never expires.</summary>
    public bool PasswordNeverExpires { get; init; }

    /// <summary>Permission: may reset the own security token.</summary>
    public bool MayResetOwnToken { get; init; } = true;
}

/// <summary>Whether an account may be used.</summary>
public enum UserStatus
{
    /// <summary>In use.</summary>
    Active,

    /// <summary>Left: never comes in.</summary>
    Inactive,

    /// <summary>Suspended for now by an administrator.</summary>
    Frozen,
}

/// <summary>What the rules know of an account.</summary>
public sealed record UserFacts
{
    /// <summary>The user's id; empty for a name nobody has.</summary>
    public required string Id { get; init; }

    /// <summary>Active or not.</summary>
    public UserStatus Status { get; init; } = UserStatus.Active;

    /// <summary>Failed attempts from origins like this one (trusted or not).</summary>
    public LockoutState Lockout { get; init; } = LockoutState.Clear;

    /// <summary>When the password was set; null = the account has none.</summary>
    public DateTimeOffset? PasswordChangedAt { get; init; }

    /// <summary>An administrator demands a new password.</summary>
    public bool MustChangePassword { get; init; }

    /// <summary>Second factors that are enrolled (TOTP, passkey).</summary>
    public Proof Enrolled { get; init; }

    /// <summary>No login has succeeded yet.</summary>
    public bool IsFirstLogin { get; init; }

    /// <summary>The named administrator who may use a password although SSO is required, with a second factor always.</summary>
    public bool IsBreakGlass { get; init; }
}

/// <summary>How a connected app treats the profile's login ranges. Applies to code and device flows, and refresh where named.</summary>
public enum IpRelaxation
{
    /// <summary>The ranges hold.</summary>
    Enforce,

    /// <summary>The ranges hold, except for refresh tokens.</summary>
    EnforceExceptRefresh,

    /// <summary>The ranges are waived in the browser for a remembered device.</summary>
    RelaxForKnownDevices,

    /// <summary>The ranges are waived for code and device flows and their refresh tokens.</summary>
    Relax,
}

/// <summary>What the rules know of a connected app.</summary>
/// <param name="ClientId">The client identifier.</param>
/// <param name="IsActive">Switched on.</param>
/// <param name="Flows">The flows it may use.</param>
/// <param name="RequiresPreapproval">
/// Only users for whom the app was approved: by an administrator, or on a channel that rests on an assertion by the user, earlier and at a page.
/// </param>
/// <param name="IsPreapproved">It is approved for this user.</param>
/// <param name="IpRelaxation">Treatment of login ranges.</param>
public sealed record AppFacts(
    string ClientId,
    bool IsActive,
    IReadOnlySet<LoginChannel> Flows,
    bool RequiresPreapproval,
    bool IsPreapproved,
    IpRelaxation IpRelaxation);

/// <summary>The browser's device.</summary>
/// <param name="IsKnown">It was made known before and has not expired.</param>
public sealed record DeviceFacts(bool IsKnown);
