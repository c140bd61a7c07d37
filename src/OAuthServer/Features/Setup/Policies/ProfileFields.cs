using System.Text.Json.Nodes;

namespace OAuthServer.Features.Setup.Policies;

/// <summary>The settings of a profile by the rule that reads them, in the order in which the rules run; what no rule reads comes last.</summary>
public static class ProfileFields
{
    /// <summary>The heading over what no rule reads.</summary>
    public const string Afterwards = "Afterwards";

    static readonly string[] Days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    public static IReadOnlyList<(string Rule, IReadOnlyList<SettingField> Fields)> ByRule { get; } =
    [
        ("LockoutHasElapsed", [new("lockout.maxInvalidAttempts", FieldKind.Choice, "3", "5", "10", "0"), new("lockout.minutes", FieldKind.Choice, "15", "30", "60", "0")]),
        ("CredentialsAreProven",
        [
            new("password.minLength", FieldKind.Number), new("password.complexity", FieldKind.Choice, "0", "1", "2", "3", "4", "5"), new("password.history", FieldKind.Number),
            new("password.oneDayMinimum", FieldKind.Switch), new("password.breachedListCheck", FieldKind.Switch),
        ]),
        ("UserIsActive", []),
        ("OrgIsOpen", []),
        ("ChannelIsPermitted",
        [
            new("doors", FieldKind.Set, "browser", "passwordGrant", "soapLogin", "authorizationCode", "device", "jwtBearer", "samlBearer", "clientCredentials", "tokenExchange"),
            new("apiOnly", FieldKind.Switch), new("permissions.apiEnabled", FieldKind.Switch),
        ]),
        ("AppIsPermitted", []),
        ("OldWayIsOpen", []),
        ("SsoIsUsedWhenRequired", [new("sso", FieldKind.Choice, "", "off", "offered", "required")]),
        ("WithinLoginHours", [new("loginHours.timeZone", FieldKind.Text), .. Days.Select(day => new SettingField("loginHours." + day, FieldKind.Windows))]),
        ("FromPermittedNetwork", [new("loginRanges", FieldKind.Lines)]),
        ("SecondFactorOnTheApi", [new("secondFactor.api", FieldKind.Choice, "securityToken", "totp", "either")]),
        ("SecurityTokenOffTrustedNetwork",
        [
            new("securityToken.offTrustedNetworks", FieldKind.Switch), new("securityToken.lifetimeDays", FieldKind.Number), new("securityToken.singleUse", FieldKind.Switch),
            new("securityToken.overlapDays", FieldKind.Number), new("permissions.mayResetOwnToken", FieldKind.Switch),
        ]),
        ("SecondFactorInTheBrowser",
        [
            new("secondFactor.browser", FieldKind.Choice, "never", "offTrustedNetworksWhenEnrolled", "offTrustedNetworks", "always"),
            new("secondFactor.kinds", FieldKind.Set, "totp", "passkey", "recoveryCode", "ssoSecondFactor"), new("secondFactor.enrolmentForced", FieldKind.Switch),
        ]),
        ("DeviceIsKnown", []),
        ("PasswordIsFresh", [new("password.expiresAfterDays", FieldKind.Choice, "0", "30", "60", "90", "180", "365"), new("permissions.passwordNeverExpires", FieldKind.Switch)]),
        (Afterwards,
        [
            new("session.idleMinutes", FieldKind.Number), new("session.lifetimeMinutes", FieldKind.Number), new("session.boundToAddress", FieldKind.Switch),
            new("permissions.administrator", FieldKind.Switch),
        ]),
    ];

    /// <summary>The settings that were filled in.</summary>
    public static JsonObject Read(IFormCollection form)
    {
        var settings = new JsonObject();
        foreach (var field in ByRule.SelectMany(group => group.Fields))
            field.Read(form, settings);
        return settings;
    }
}
