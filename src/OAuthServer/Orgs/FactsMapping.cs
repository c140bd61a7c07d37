using System.Collections.Frozen;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Policy.Hours;
using OAuthServer.Policy.Lockout;
using OAuthServer.Policy.Networks;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Orgs;

/// <summary>Rows and settings as facts. Settings were validated when they were saved; what cannot be read here is a bug or a damaged row.</summary>
public static class FactsMapping
{
    public static OrgFacts OrgFacts(Organization org, IEnumerable<TrustedNetwork> networks) => new(
        org.Id, org.Status, org.PasswordGrantEnabled, org.SoapLoginEnabled,
        new NetworkList([.. networks.Select(network => Range(network.Range, network.Name))]))
    {
        BuiltInApps = org.BuiltInApps.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal),
    };

    /// <summary>What applies where the profile says nothing of its own: the organization's default, or an offer where there is a provider.</summary>
    public static SsoMode SsoModeOf(Organization org, ProfileSettings settings, bool hasProvider) =>
        settings.Sso ?? (org.SsoRequiredByDefault ? SsoMode.Required : hasProvider ? SsoMode.Offered : SsoMode.Off);

    public static ProfileFacts ProfileFacts(Organization org, Profile profile, ProfileSettings settings, bool hasProvider = false) => new()
    {
        Id = profile.Id,
        Version = profile.Version,
        Name = profile.Name,
        LoginRanges = settings.LoginRanges.Count == 0 ? NetworkList.Empty : new NetworkList([.. settings.LoginRanges.Select(range => Range(range, ""))]),
        Hours = settings.LoginHours is { } hours ? LoginHoursOf(hours) : LoginHours.Always,
        Doors = settings.Doors.ToHashSet(),
        ApiOnly = settings.ApiOnly,
        Sso = SsoModeOf(org, settings, hasProvider),
        SecurityTokenOffTrustedNetworks = settings.SecurityToken.OffTrustedNetworks,
        SecurityTokenLifetime = settings.SecurityToken.LifetimeDays is { } days ? TimeSpan.FromDays(days) : null,
        SecurityTokenSingleUse = settings.SecurityToken.SingleUse,
        SecurityTokenOverlapDays = settings.SecurityToken.OverlapDays,
        BrowserSecondFactor = settings.SecondFactor.Browser,
        ApiSecondFactor = settings.SecondFactor.Api,
        SecondFactorKinds = settings.SecondFactor.Kinds.Aggregate(Proof.None, (all, kind) => all | kind),
        EnrolmentForced = settings.SecondFactor.EnrolmentForced,
        Password = new PasswordPolicy(
            settings.Password.MinLength, (PasswordComplexity)settings.Password.Complexity, settings.Password.History,
            settings.Password.ExpiresAfterDays, settings.Password.OneDayMinimum, settings.Password.BreachedListCheck),
        Lockout = new LockoutPolicy(
            settings.Lockout.MaxInvalidAttempts, settings.Lockout.Minutes == 0 ? null : TimeSpan.FromMinutes(settings.Lockout.Minutes)),
        SessionIdleTimeout = TimeSpan.FromMinutes(settings.Session.IdleMinutes),
        SessionLifetime = TimeSpan.FromMinutes(settings.Session.LifetimeMinutes),
        SessionBoundToAddress = settings.Session.BoundToAddress,
        ApiEnabled = settings.Permissions.ApiEnabled,
        Administrator = settings.Permissions.Administrator,
        PasswordNeverExpires = settings.Permissions.PasswordNeverExpires,
        MayResetOwnToken = settings.Permissions.MayResetOwnToken,
    };

    /// <summary>Reads the windows of a week.</summary>
    /// <exception cref="FormatException">A window is not <c>hh:mm-hh:mm</c>.</exception>
    /// <exception cref="TimeZoneNotFoundException">No such zone.</exception>
    public static LoginHours LoginHoursOf(LoginHoursSettings settings)
    {
        IReadOnlyList<string>[] days =
        [
            settings.Sunday, settings.Monday, settings.Tuesday, settings.Wednesday, settings.Thursday, settings.Friday, settings.Saturday,
        ];
        return new(
            TimeZoneInfo.FindSystemTimeZoneById(settings.TimeZone),
            [.. days.SelectMany((windows, day) => windows.Select(window => Window((DayOfWeek)day, window)))]);
    }

    static HoursWindow Window(DayOfWeek day, string text) =>
        text.Split('-') is [var start, var end] && Minute(start) is >= 0 and < 1440 and var from && Minute(end) is >= 0 and <= 1440 and var to
            ? new(day, from, to)
            : throw new FormatException($"'{text}' is not a window such as 08:00-18:00.");

    static int Minute(string text) =>
        text.Trim() is [>= '0' and <= '2' and var h1, >= '0' and <= '9' and var h0, ':', >= '0' and <= '5' and var m1, >= '0' and <= '9' and var m0]
            ? ((h1 - '0') * 10 + (h0 - '0')) * 60 + (m1 - '0') * 10 + (m0 - '0')
            : -1;

    static IpRange Range(string text, string name) =>
        IpRange.TryParse(text, name) ?? throw new FormatException($"'{text}' is not a range of addresses.");
}
