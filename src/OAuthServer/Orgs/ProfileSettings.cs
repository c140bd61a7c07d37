using OAuthServer.Policy;

namespace OAuthServer.Orgs;

/// <summary>What an administrator sets on a profile (login policy, section 2), as stored in a version and as written in a file. Defaults are the product's.</summary>
public sealed record ProfileSettings
{
    /// <summary>Addresses, <c>start-end</c> or CIDR; none = anywhere.</summary>
    public IReadOnlyList<string> LoginRanges { get; init; } = [];

    /// <summary>None = always.</summary>
    public LoginHoursSettings? LoginHours { get; init; }

    /// <summary>The doors that are open. The password doors also need the organization's switch.</summary>
    public IReadOnlyList<LoginChannel> Doors { get; init; } =
    [
        LoginChannel.Browser, LoginChannel.PasswordGrant, LoginChannel.SoapLogin, LoginChannel.AuthorizationCode, LoginChannel.Device,
        LoginChannel.JwtBearer, LoginChannel.SamlBearer, LoginChannel.ClientCredentials, LoginChannel.TokenExchange,
    ];

    public bool ApiOnly { get; init; }

    /// <summary>None = the organization's default: required where its switch says so, else offered where it has a provider, else off.</summary>
    public SsoMode? Sso { get; init; }

    public SecurityTokenSettings SecurityToken { get; init; } = new();

    public SecondFactorSettings SecondFactor { get; init; } = new();

    public PasswordSettings Password { get; init; } = new();

    public LockoutSettings Lockout { get; init; } = new();

    public SessionSettings Session { get; init; } = new();

    public PermissionSettings Permissions { get; init; } = new();
}

/// <summary>Windows such as <c>08:00-18:00</c>; <c>22:00-06:00</c> runs past midnight. A day without windows is shut.</summary>
public sealed record LoginHoursSettings
{
    /// <summary>IANA name, such as <c>Europe/Berlin</c>.</summary>
    public required string TimeZone { get; init; }

    public IReadOnlyList<string> Monday { get; init; } = [];

    public IReadOnlyList<string> Tuesday { get; init; } = [];

    public IReadOnlyList<string> Wednesday { get; init; } = [];

    public IReadOnlyList<string> Thursday { get; init; } = [];

    public IReadOnlyList<string> Friday { get; init; } = [];

    public IReadOnlyList<string> Saturday { get; init; } = [];

    public IReadOnlyList<string> Sunday { get; init; } = [];
}

public sealed record SecurityTokenSettings
{
    public bool OffTrustedNetworks { get; init; } = true;

    /// <summary>None = until it is replaced.</summary>
    public int? LifetimeDays { get; init; }

    public bool SingleUse { get; init; }

    /// <summary>0 to 30.</summary>
    public int OverlapDays { get; init; }
}

public sealed record SecondFactorSettings
{
    public BrowserSecondFactor Browser { get; init; } = BrowserSecondFactor.OffTrustedNetworksWhenEnrolled;

    public ApiSecondFactor Api { get; init; } = ApiSecondFactor.SecurityToken;

    /// <summary>Any of totp, passkey, recoveryCode, ssoSecondFactor.</summary>
    public IReadOnlyList<Proof> Kinds { get; init; } = [Proof.Totp, Proof.Passkey, Proof.RecoveryCode, Proof.SsoSecondFactor];

    public bool EnrolmentForced { get; init; }
}

public sealed record PasswordSettings
{
    /// <summary>5 to 50.</summary>
    public int MinLength { get; init; } = 8;

    /// <summary>0 to 5.</summary>
    public int Complexity { get; init; } = 1;

    /// <summary>0 to 24.</summary>
    public int History { get; init; } = 3;

    /// <summary>0 (never), 30, 60, 90, 180 or 365.</summary>
    public int ExpiresAfterDays { get; init; } = 90;

    public bool OneDayMinimum { get; init; }

    public bool BreachedListCheck { get; init; } = true;
}

public sealed record LockoutSettings
{
    /// <summary>3, 5, 10, or 0 for no limit.</summary>
    public int MaxInvalidAttempts { get; init; } = 10;

    /// <summary>15, 30, 60, or 0 for until an administrator unlocks.</summary>
    public int Minutes { get; init; } = 15;
}

public sealed record SessionSettings
{
    public int IdleMinutes { get; init; } = 120;

    public int LifetimeMinutes { get; init; } = 1440;

    public bool BoundToAddress { get; init; }
}

public sealed record PermissionSettings
{
    public bool ApiEnabled { get; init; } = true;

    public bool Administrator { get; init; }

    public bool PasswordNeverExpires { get; init; }

    public bool MayResetOwnToken { get; init; } = true;
}
