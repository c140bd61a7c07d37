using Microsoft.Extensions.Localization;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Features.Settings;

/// <summary>Flaws of a new password in the person's language.</summary>
static class PasswordFlawTexts
{
    internal static string In(this PasswordFlaw flaw, PasswordPolicy policy, IStringLocalizer<SettingsTexts> texts) => flaw switch
    {
        PasswordFlaw.TooShort => texts["Flaw.TooShort", policy.MinLength],
        PasswordFlaw.TooLong => texts["Flaw.TooLong", PasswordPolicy.MaxBytes],
        PasswordFlaw.NotComplexEnough => texts["Flaw.Complexity." + policy.Complexity],
        PasswordFlaw.ContainsUsername => texts["Flaw.ContainsUsername"],
        PasswordFlaw.Breached => texts["Flaw.Breached"],
        PasswordFlaw.UsedBefore => texts["Flaw.UsedBefore"],
        PasswordFlaw.ChangedTooRecently => texts["Flaw.ChangedTooRecently"],
    };
}
