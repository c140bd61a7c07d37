using OAuthServer.Policy;

namespace OAuthServer.Login.Explaining;

/// <summary>Each rule's finding as one plain sentence with the facts it saw. For administrators and the account's owner.</summary>
static class RuleSentences
{
    internal static string Of(Finding finding, LoginFacts facts) => finding.Verdict switch
    {
        Verdict.Denied denied => ReasonSentences.Of(denied.Reason, facts),
        Verdict.Needs needs => "Asks for " + string.Join(" or ", needs.OneOf.Select(ChallengeWords.Of)) + ".",
        _ => Passed(finding.Rule, facts),
    };

    static string Passed(string rule, LoginFacts facts) => rule switch
    {
        "LockoutHasElapsed" => !facts.Channel.IsGuessable() ? "Not counted on this channel: nobody can guess a user's secret here."
            : facts.Profile.Lockout.MaxInvalidAttempts == 0 ? "The profile sets no limit of failed attempts."
            : $"{facts.User.Lockout.Failures} of {facts.Profile.Lockout.MaxInvalidAttempts} failed attempts from {Origin(facts)} origins so far.",
        "CredentialsAreProven" => $"Proven: {ProofWords.Of(facts.Evidence.Proven)}.",
        "UserIsActive" => "The user is active.",
        "OrgIsOpen" => "The organization is open.",
        "ChannelIsPermitted" => $"The profile opens the door \"{ChannelWords.Of(facts.Channel)}\".",
        "AppIsPermitted" => facts.App is null ? "No app is involved."
            : facts.App.RequiresPreapproval ? "The app is active, may use this flow, and the user is approved for it." : "The app is active and may use this flow.",
        "OldWayIsOpen" => facts.OldWay is null ? "The way it takes is open." : "The brown-out had ended.",
        "SsoIsUsedWhenRequired" => facts.Profile.Sso == SsoMode.Required ? "Single sign-on is required, and this login does not go around it." : "Single sign-on is not required.",
        "WithinLoginHours" => facts.Profile.Hours.Windows is null ? "The profile sets no login hours." : $"Within the login hours ({facts.Profile.Hours.Zone.Id}).",
        "FromPermittedNetwork" => facts.Profile.LoginRanges.IsEmpty ? "The profile sets no login IP ranges."
            : facts.Profile.LoginRanges.Contains(facts.From) ? $"{Address(facts)} is inside the profile's login IP ranges."
            : $"{Address(facts)} is outside the profile's login IP ranges, which this app relaxes here.",
        "SecondFactorOnTheApi" => !facts.Channel.TakesAppendedSecret() ? "Nothing is appended to a password on this channel."
            : facts.Profile.ApiSecondFactor == ApiSecondFactor.Totp ? "A fresh code of the authenticator app was appended."
            : "The profile does not insist on an authenticator code.",
        "SecurityTokenOffTrustedNetwork" => TokenSpared(facts),
        "SecondFactorInTheBrowser" => facts.Channel.HasBrowser() ? "The second factor the profile wants was given, or none is wanted." : "Not a browser.",
        "DeviceIsKnown" => facts.Channel.HasBrowser() ? "The device is known, or needs not be." : "Not a browser.",
        "PasswordIsFresh" => !facts.Evidence.Has(Proof.Password) ? "No password was used."
            : facts.Profile.PasswordNeverExpires || facts.Profile.Password.ExpiresAfterDays == 0 ? "The password never expires."
            : $"The password has not expired ({facts.Profile.Password.ExpiresAfterDays} days).",
        _ => "Nothing against it.",
    };

    static string TokenSpared(LoginFacts facts)
    {
        if (!facts.Channel.TakesAppendedSecret())
            return "No security token belongs to this channel.";
        if (!facts.Profile.LoginRanges.IsEmpty)
            return "Not asked for: the profile has login IP ranges.";
        if (facts.TrustedNetwork is { } network)
            return $"Not asked for: {Address(facts)} is in the trusted network \"{network.Name}\"." + (facts.Evidence.Has(Proof.SecurityToken) ? " One was appended all the same, and was right." : "");
        if (!facts.Profile.SecurityTokenOffTrustedNetworks)
            return "Not asked for: the profile turns it off.";
        if (facts.Evidence.Has(Proof.SecurityToken))
            return "The right security token was appended.";
        return facts.Evidence.Has(Proof.Totp) ? "An authenticator code stands in the token's place." : "Not asked for.";
    }

    internal static string Origin(LoginFacts facts) => facts.FromTrustedOrigin ? "trusted" : "untrusted";

    internal static string Address(LoginFacts facts) => facts.From?.ToString() ?? "an unknown address";
}

/// <summary>Channels, for people.</summary>
static class ChannelWords
{
    internal static string Of(LoginChannel channel) => channel switch
    {
        LoginChannel.Browser => "browser",
        LoginChannel.PasswordGrant => "OAuth password grant",
        LoginChannel.SoapLogin => "SOAP login",
        LoginChannel.AuthorizationCode => "OAuth authorization code",
        LoginChannel.Device => "OAuth device flow",
        LoginChannel.JwtBearer => "OAuth JWT bearer",
        LoginChannel.SamlBearer => "OAuth SAML bearer",
        LoginChannel.ClientCredentials => "OAuth client credentials",
        LoginChannel.RefreshToken => "OAuth refresh token",
        LoginChannel.TokenExchange => "OAuth token exchange",
    };
}

/// <summary>Proofs, for people.</summary>
static class ProofWords
{
    static readonly (Proof Proof, string Word)[] Words =
    [
        (Proof.Password, "password"), (Proof.SecurityToken, "security token"), (Proof.Totp, "authenticator code"), (Proof.RecoveryCode, "recovery code"),
        (Proof.EmailCode, "e-mailed code"), (Proof.Passkey, "passkey"), (Proof.SsoAssertion, "identity provider's assertion"),
        (Proof.ClientSecret, "app secret"), (Proof.ClientAssertion, "app's signed assertion"), (Proof.RefreshToken, "refresh token"),
        (Proof.SsoSecondFactor, "second factor seen by the identity provider"),
    ];

    internal static string Of(Proof proofs) =>
        proofs == Proof.None ? "nothing" : string.Join(", ", Words.Where(pair => proofs.HasFlag(pair.Proof)).Select(pair => pair.Word));
}

/// <summary>Challenges, for people.</summary>
static class ChallengeWords
{
    internal static string Of(ChallengeKind kind) => kind switch
    {
        ChallengeKind.Password => "the password",
        ChallengeKind.Passkey => "a passkey",
        ChallengeKind.Sso => "a sign-in at the identity provider",
        ChallengeKind.Totp => "an authenticator code",
        ChallengeKind.RecoveryCode => "a recovery code",
        ChallengeKind.EmailCode => "a code sent by e-mail",
        ChallengeKind.EnrolSecondFactor => "a second factor to be enrolled",
        ChallengeKind.NewPassword => "a new password",
    };
}
