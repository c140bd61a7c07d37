using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Configuration;

/// <summary>What a profile may say: the allowed values of the login policy, section 2.</summary>
static class ProfileRules
{
    static readonly Proof[] SecondFactors = [Proof.Totp, Proof.Passkey, Proof.RecoveryCode, Proof.SsoSecondFactor];

    internal static void Check(ProfileSettings settings, FileReport report)
    {
        foreach (var (index, range) in settings.LoginRanges.Index())
            OrganizationRules.CheckRange(range, $"loginRanges[{index}]", report);
        report.NoRepeats("loginRanges", settings.LoginRanges, StringComparer.Ordinal);
        if (settings.LoginHours is { } hours)
            HoursRules.Check(hours, report);
        CheckDoors(settings, report);
        CheckProofs(settings, report);
        CheckPassword(settings, report);
        CheckSession(settings.Session, report);
    }

    static void CheckDoors(ProfileSettings settings, FileReport report)
    {
        report.NoRepeats("doors", settings.Doors);
        foreach (var (index, door) in settings.Doors.Index())
        {
            if (door == LoginChannel.RefreshToken)
                report.Add($"doors[{index}]", "refreshToken is not a door: it goes on where an earlier login came in; remove it.");
        }
    }

    static void CheckProofs(ProfileSettings settings, FileReport report)
    {
        if (settings.SecurityToken.LifetimeDays is { } days)
            report.Within("securityToken.lifetimeDays", days, 1, 3650);
        report.Within("securityToken.overlapDays", settings.SecurityToken.OverlapDays, 0, 30);
        var (path, kinds) = ("secondFactor.kinds", settings.SecondFactor.Kinds);
        report.NoRepeats(path, kinds);
        foreach (var (index, kind) in kinds.Index())
        {
            if (!SecondFactors.Contains(kind))
                report.Add($"{path}[{index}]", $"{JsonShape.Word(kind)} is not a second factor; use totp, passkey, recoveryCode or ssoSecondFactor.");
        }
        if (!kinds.Contains(Proof.Totp) && !kinds.Contains(Proof.Passkey) && settings.SecondFactor.Browser != BrowserSecondFactor.Never)
            report.Add(path, "names nothing that can be enrolled; add totp or passkey, or set secondFactor.browser to never.");
    }

    static void CheckPassword(ProfileSettings settings, FileReport report)
    {
        report.Within("password.minLength", settings.Password.MinLength, 5, 50);
        report.Within("password.complexity", settings.Password.Complexity, 0, 5);
        report.Within("password.history", settings.Password.History, 0, 24);
        report.OneOf("password.expiresAfterDays", settings.Password.ExpiresAfterDays, 0, 30, 60, 90, 180, 365);
        report.OneOf("lockout.maxInvalidAttempts", settings.Lockout.MaxInvalidAttempts, 0, 3, 5, 10);
        report.OneOf("lockout.minutes", settings.Lockout.Minutes, 0, 15, 30, 60);
    }

    static void CheckSession(SessionSettings session, FileReport report)
    {
        report.Within("session.idleMinutes", session.IdleMinutes, 5, 10_080);
        report.Within("session.lifetimeMinutes", session.LifetimeMinutes, 5, 43_200);
        if (session.IdleMinutes > session.LifetimeMinutes)
            report.Add("session.idleMinutes", $"{session.IdleMinutes} is more than session.lifetimeMinutes ({session.LifetimeMinutes}); use less.");
    }
}
