using System.Globalization;
using System.Net;
using Microsoft.Extensions.Localization;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Policy;
using OAuthServer.Policy.Hours;

namespace OAuthServer.Features.Settings;

/// <summary>One rule of the policy as it applies to one user, here and now.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Sentence">What holds, and why.</param>
/// <param name="Tone">Of the mark beside it: success, warning, or empty for what simply is so.</param>
public sealed record AppliedRule(string Title, string Sentence, string Tone);

/// <summary>What a user's rules depend on.</summary>
public sealed record AppliedTo(User User, ProfileFacts Profile, OrgFacts Org, Proof Enrolled, IPAddress? From, DateTimeOffset Now);

/// <summary>Says what applies to a user and why: a sentence for each rule of the profile (login policy, sections 2 and 3). It judges nothing.</summary>
public sealed class AppliedRules(IStringLocalizer<SettingsTexts> texts, IStringLocalizer<SharedTexts> shared)
{
    const string Good = "success";
    const string Attention = "warning";
    const string Plain = "";

    public IReadOnlyList<AppliedRule> Of(AppliedTo who) =>
    [
        Rule("Network", Network(who)),
        Rule("SecurityToken", SecurityToken(who)),
        Rule("SecondFactor", SecondFactor(who)),
        Rule("Api", Api(who)),
        Rule("Password", Password(who)),
        Rule("Ranges", Ranges(who)),
        Rule("Hours", Hours(who)),
        Rule("Sso", Sso(who)),
        Rule("Lockout", Lockout(who.Profile)),
        Rule("Session", (texts[who.Profile.SessionBoundToAddress ? "Applied.SessionBound" : "Applied.Session", Span(who.Profile.SessionIdleTimeout), Span(who.Profile.SessionLifetime)], Plain)),
    ];

    AppliedRule Rule(string key, (string Sentence, string Tone) said) => new(texts["Applied." + key + ".Title"], said.Sentence, said.Tone);

    (string, string) Network(AppliedTo who) => who.Org.TrustedNetworks.Find(who.From) is { } network
        ? (texts["Applied.NetworkTrusted", who.From!, network.Label], Good)
        : (texts["Applied.NetworkUntrusted", who.From?.ToString() ?? texts["UnknownAddress"].Value], Plain);

    (string, string) SecurityToken(AppliedTo who)
    {
        if (SecurityTokens.WhyNone(who.Profile, who.User) is { } absence)
            return (texts["Absence." + absence], Plain);
        return who.Org.TrustedNetworks.Find(who.From) is { } network
            ? (texts["Applied.TokenSpared", network.Label], Good)
            : (texts["Applied.TokenNeeded"], Attention);
    }

    (string, string) SecondFactor(AppliedTo who)
    {
        var enrolled = who.Enrolled & who.Profile.SecondFactorKinds;
        var isEnrolled = enrolled != Proof.None;
        if (who.Profile.ApiOnly)
            return (texts["Applied.ApiOnly"], Attention);
        if (who.Profile.EnrolmentForced && !isEnrolled)
            return (texts["Applied.EnrolmentForced"], Attention);
        var key = who.Profile.BrowserSecondFactor switch
        {
            BrowserSecondFactor.Never => isEnrolled ? "FactorNeverEnrolled" : "FactorNever",
            BrowserSecondFactor.OffTrustedNetworksWhenEnrolled => isEnrolled ? "FactorOffTrusted" : "FactorWhenEnrolled",
            BrowserSecondFactor.OffTrustedNetworks => isEnrolled ? "FactorOffTrusted" : "FactorOffTrustedMissing",
            BrowserSecondFactor.Always => isEnrolled ? "FactorAlways" : "FactorAlwaysMissing",
        };
        return (texts["Applied." + key], isEnrolled ? Good : key == "FactorNever" ? Plain : Attention);
    }

    (string, string) Api(AppliedTo who) => !who.Profile.ApiEnabled ? (texts["Applied.ApiOff"], Plain) : IsPasswordRefused(who) ? (texts["Applied.ApiSso"], Plain) : who.Profile.ApiSecondFactor switch
    {
        ApiSecondFactor.SecurityToken => (texts["Applied.ApiToken"], Plain),
        ApiSecondFactor.Totp => (texts["Applied.ApiTotp"], Plain),
        ApiSecondFactor.Either => (texts["Applied.ApiEither"], Plain),
    };

    /// <summary>A local password opens no door to this user, whatever else the profile says of passwords.</summary>
    static bool IsPasswordRefused(AppliedTo who) => who.Profile.RequiresSsoOf(who.User.IsBreakGlass);

    (string, string) Password(AppliedTo who)
    {
        if (IsPasswordRefused(who))
            return (texts["Applied.PasswordSso"], Plain);
        if (who.User.PasswordHash is null || who.User.PasswordChangedAt is not { } changed)
            return (texts["Applied.PasswordNone"], Plain);
        var since = Moment(changed, who);
        if (who.User.MustChangePassword)
            return (texts["Applied.PasswordMustChange", since], Attention);
        if (who.Profile.PasswordNeverExpires || who.Profile.Password.ExpiresAfterDays == 0)
            return (texts["Applied.PasswordForEver", since], Good);
        var end = changed.AddDays(who.Profile.Password.ExpiresAfterDays);
        return end <= who.Now ? (texts["Applied.PasswordExpired", since, Moment(end, who)], Attention)
            : (texts["Applied.PasswordUntil", since, Moment(end, who), who.Profile.Password.ExpiresAfterDays], end - who.Now < TimeSpan.FromDays(14) ? Attention : Good);
    }

    (string, string) Ranges(AppliedTo who)
    {
        if (who.Profile.LoginRanges.IsEmpty)
            return (texts["Applied.RangesNone"], Plain);
        var ranges = string.Join(", ", who.Profile.LoginRanges.Ranges.Select(range => range.ToString()));
        return who.Profile.LoginRanges.Contains(who.From) ? (texts["Applied.RangesInside", ranges], Good) : (texts["Applied.RangesOutside", ranges], Attention);
    }

    (string, string) Hours(AppliedTo who)
    {
        if (who.Profile.Hours.Windows is not { } windows)
            return (texts["Applied.HoursAlways"], Plain);
        var list = string.Join("; ", windows.GroupBy(window => window.Day).OrderBy(day => ((int)day.Key + 6) % 7)
            .Select(day => $"{CultureInfo.CurrentUICulture.DateTimeFormat.GetDayName(day.Key)} {string.Join(", ", day.Select(Window))}"));
        return who.Profile.Hours.Contains(who.Now)
            ? (texts["Applied.HoursInside", list, who.Profile.Hours.Zone.Id], Good)
            : (texts["Applied.HoursOutside", list, who.Profile.Hours.Zone.Id], Attention);
    }

    (string, string) Sso(AppliedTo who) => (who.Profile.Sso, who.User.IsBreakGlass) switch
    {
        (SsoMode.Required, true) => (texts["Applied.SsoBreakGlass"], Attention),
        (SsoMode.Required, false) => (texts["Applied.SsoRequired"], Plain),
        (SsoMode.Offered, _) => (texts["Applied.SsoOffered"], Plain),
        _ => (texts["Applied.SsoOff"], Plain),
    };

    (string, string) Lockout(ProfileFacts profile) => profile.Lockout.MaxInvalidAttempts == 0 ? (texts["Applied.LockoutNone"], Plain)
        : profile.Lockout.Period is { } period ? (texts["Applied.Lockout", profile.Lockout.MaxInvalidAttempts, Span(period)], Plain)
        : (texts["Applied.LockoutForGood", profile.Lockout.MaxInvalidAttempts], Plain);

    static string Window(HoursWindow window) => string.Create(
        CultureInfo.InvariantCulture, $"{window.StartMinute / 60:00}:{window.StartMinute % 60:00}–{window.EndMinute / 60:00}:{window.EndMinute % 60:00}");

    string Moment(DateTimeOffset at, AppliedTo who) => MomentTagHelper.Of(at, who.User.TimeZone, shared, day: true);

    /// <summary>In the largest unit that it is a whole number of.</summary>
    string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } when span == TimeSpan.FromDays((int)span.TotalDays) => texts["Span.Days", (int)span.TotalDays],
        { TotalHours: >= 2 } when span == TimeSpan.FromHours((int)span.TotalHours) => texts["Span.Hours", (int)span.TotalHours],
        { TotalHours: 1 } => texts["Span.Hour"],
        _ => texts["Span.Minutes", (int)span.TotalMinutes],
    };
}
