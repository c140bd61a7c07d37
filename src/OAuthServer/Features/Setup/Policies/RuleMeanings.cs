using System.Globalization;
using Microsoft.Extensions.Localization;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Features.Setup.Policies;

/// <summary>What a profile's settings make of each rule, in a sentence.</summary>
public static class RuleMeanings
{
    public static string Of(string rule, ProfileSettings settings, IStringLocalizer<PoliciesTexts> texts)
    {
        var (key, args) = Meaning(rule, settings);
        return texts[$"Means.{rule}{(key.Length == 0 ? "" : "." + key)}", args];
    }

    static (string Key, object[] Args) Meaning(string rule, ProfileSettings settings) => rule switch
    {
        "LockoutHasElapsed" => settings.Lockout.MaxInvalidAttempts == 0 ? ("Never", [])
            : settings.Lockout.Minutes == 0 ? ("UntilUnlocked", [settings.Lockout.MaxInvalidAttempts])
            : ("Minutes", [settings.Lockout.MaxInvalidAttempts, settings.Lockout.Minutes]),
        "CredentialsAreProven" => ("", [settings.Password.MinLength, settings.Password.Complexity]),
        "ChannelIsPermitted" => settings.ApiOnly ? ("ApiOnly", []) : settings.Permissions.ApiEnabled ? ("Doors", [settings.Doors.Count]) : ("NoApi", []),
        "SsoIsUsedWhenRequired" => (settings.Sso?.ToString() ?? "Default", []),
        "WithinLoginHours" => settings.LoginHours is { } hours ? ("Zone", [hours.TimeZone]) : ("Always", []),
        "FromPermittedNetwork" => settings.LoginRanges.Count == 0 ? ("Anywhere", []) : ("Ranges", [string.Join(", ", settings.LoginRanges.Take(5))]),
        "SecondFactorOnTheApi" => (settings.SecondFactor.Api.ToString(), []),
        "SecurityTokenOffTrustedNetwork" => (Token(settings), []),
        "SecondFactorInTheBrowser" => (settings.SecondFactor.EnrolmentForced ? "Forced" : settings.SecondFactor.Browser.ToString(), []),
        "DeviceIsKnown" => (settings.LoginRanges.Count > 0 ? "Ranges" : "Mailed", []),
        "PasswordIsFresh" => settings.Permissions.PasswordNeverExpires || settings.Password.ExpiresAfterDays == 0 ? ("Never", []) : ("Days", [settings.Password.ExpiresAfterDays]),
        ProfileFields.Afterwards => (settings.Permissions.Administrator ? "Administrator" : "", [Minutes(settings.Session.IdleMinutes), Minutes(settings.Session.LifetimeMinutes)]),
        _ => ("", []),
    };

    static string Token(ProfileSettings settings) =>
        settings.LoginRanges.Count > 0 ? "Ranges"
        : settings.SecondFactor.Api == ApiSecondFactor.Totp ? "Totp"
        : settings.SecurityToken.OffTrustedNetworks ? "Asked" : "Off";

    static string Minutes(int minutes) => TimeSpan.FromMinutes(minutes) is { TotalHours: >= 1 } time && minutes % 60 == 0
        ? time.TotalHours.ToString("0", CultureInfo.CurrentCulture) + " h" : minutes.ToString(CultureInfo.CurrentCulture) + " min";
}
