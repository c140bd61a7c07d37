using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login;
using OAuthServer.Login.History;
using OAuthServer.Policy;

namespace OAuthServer.Tests.Login.History;

/// <summary>How each way an attempt can end is called in Salesforce's login history.</summary>
public sealed class HistoryStatusTests
{
    [Theory]
    [InlineData(DenyReason.WrongPassword, "Invalid password")]
    [InlineData(DenyReason.SecurityTokenRetired, "Invalid password")]
    [InlineData(DenyReason.SecurityTokenExpired, "Invalid password")]
    [InlineData(DenyReason.SecurityTokenSpent, "Invalid password")]
    [InlineData(DenyReason.UnknownUser, "Invalid login")]
    [InlineData(DenyReason.LockedOut, "Password lockout")]
    [InlineData(DenyReason.SecurityTokenRequired, "Failed: API security token required")]
    [InlineData(DenyReason.OutsideLoginRanges, "Restricted IP")]
    [InlineData(DenyReason.OutsideLoginHours, "Restricted time")]
    [InlineData(DenyReason.UserInactive, "User is inactive")]
    [InlineData(DenyReason.UserFrozen, "User is frozen")]
    [InlineData(DenyReason.ApiOnlyUser, "Failed: API-only user")]
    [InlineData(DenyReason.OrgLocked, "Organization locked")]
    [InlineData(DenyReason.OrgClosed, "Organization closed")]
    [InlineData(DenyReason.TotpRequired, "multi-factor is required")]
    [InlineData(DenyReason.SecurityTokenNotAccepted, "multi-factor is required")]
    [InlineData(DenyReason.DeviceUnknown, "Failed: Computer activation required")]
    [InlineData(DenyReason.ApiNotEnabled, "Failed: OAuth API access disabled")]
    [InlineData(DenyReason.RefreshTokenDead, "Failed: Invalid Token")]
    [InlineData(DenyReason.NothingPresented, "Login invalid")]
    [InlineData(DenyReason.ChannelClosedByOrg, "Username-Password Flow Disabled")]
    [InlineData(DenyReason.ChannelClosedByProfile, "Username-Password Flow Disabled")]
    public void A_refusal_has_the_vendors_words(DenyReason reason, string status) => Assert.Equal(status, HistoryStatus.Of(Denied(reason)));

    [Theory]
    [InlineData(AssertionFlaw.WrongAudience, "Failed: Audience Invalid")]
    [InlineData(AssertionFlaw.WrongIssuer, "Failed: Issuer Mismatched")]
    [InlineData(AssertionFlaw.WrongRecipient, "Failed: Recipient Mismatched")]
    [InlineData(AssertionFlaw.NotSigned, "Failed: Signature Invalid")]
    [InlineData(AssertionFlaw.SignatureInvalid, "Failed: Signature Invalid/Configured Certificate Mismatch")]
    [InlineData(AssertionFlaw.Expired, "Failed: Assertion Expired")]
    [InlineData(AssertionFlaw.Malformed, "Failed: Assertion Invalid")]
    [InlineData(AssertionFlaw.NotAsked, "Failed: InResponseTo Invalid")]
    [InlineData(AssertionFlaw.ProviderRefused, "Failed: Status Invalid")]
    [InlineData(AssertionFlaw.SubjectNotConfirmed, "Failed: Subject Confirmation Error")]
    [InlineData(AssertionFlaw.NoAccount, "Failed: Username Or SSO Id Invalid")]
    [InlineData(AssertionFlaw.Replayed, "Failed: Replay Detected")]
    [InlineData(AssertionFlaw.NoProfile, "Failed: SAML Provision Error")]
    public void An_assertion_that_did_not_hold_has_the_words_of_its_flaw(AssertionFlaw flaw, string status)
    {
        var record = Denied(DenyReason.AssertionRejected, LoginChannel.Browser);
        record.AssertionFlaw = flaw.ToString();
        Assert.Equal(status, HistoryStatus.Of(record));
    }

    [Fact]
    public void Nothing_is_without_a_status_and_no_refusal_is_called_a_success()
    {
        foreach (var channel in Enum.GetValues<LoginChannel>())
        {
            foreach (var record in Enum.GetValues<DenyReason>().Select(reason => Denied(reason, channel)))
                Assert.Equal(channel == LoginChannel.SoapLogin && record.Reason == DenyReason.PasswordExpired, HistoryStatus.Of(record) is "Success" or "");
        }
        foreach (var flaw in Enum.GetNames<AssertionFlaw>().Append("of another version").Append(null))
        {
            var record = Denied(DenyReason.ClientAssertionRejected, LoginChannel.JwtBearer);
            record.AssertionFlaw = flaw;
            Assert.NotEmpty(HistoryStatus.Of(record));
        }
    }

    /// <summary>Every flaw of a proof, judged by the rules themselves, on each channel.</summary>
    [Fact]
    public void Every_flaw_of_a_proof_becomes_a_refusal_with_a_status()
    {
        foreach (var flaw in Enum.GetValues<CredentialFlaw>().Except([CredentialFlaw.None]))
        {
            foreach (var channel in Enum.GetValues<LoginChannel>())
            {
                var record = Denied(default, channel);
                record.Flaw = flaw;
                var ruling = LoginPolicy.Decide(new StoredFacts().Restore(record, Strangers.Profile));
                record.Reason = Assert.IsType<LoginDecision.Deny>(ruling.Decision).Reason;
                Assert.NotEmpty(HistoryStatus.Of(record));
                Assert.NotEqual("Success", HistoryStatus.Of(record));
            }
        }
    }

    [Theory]
    [InlineData("DeviceIsKnown", "EmailCode", "Failed: Computer activation required")]
    [InlineData("SecondFactorInTheBrowser", "Totp or Passkey or RecoveryCode", "multi-factor is required")]
    [InlineData("SecondFactorInTheBrowser", "Passkey or RecoveryCode", "multi-factor is required")]
    [InlineData("SecondFactorInTheBrowser", "EnrolSecondFactor", "multi-factor is required")]
    [InlineData("PasswordIsFresh", "NewPassword", "Failed: Password expired")]
    [InlineData("CredentialsAreProven", "Password or Passkey or Sso", "Login invalid")]
    public void What_was_asked_for_is_the_status_of_a_sign_in_that_did_not_go_on(string rule, string asked, string status)
    {
        var record = Denied(default, LoginChannel.Browser);
        (record.Decision, record.Reason, record.DecidingRule) = ("challenge", null, rule);
        record.Trace = $"LockoutHasElapsed\tpassed\n{rule}\tneeds {asked}\nLater\tneeds EmailCode\n";
        Assert.Equal(status, HistoryStatus.Of(record));
    }

    [Fact]
    public void An_expired_password_is_a_success_over_soap_which_answers_with_a_session_to_change_it()
    {
        Assert.Equal("Success", HistoryStatus.Of(Denied(DenyReason.PasswordExpired, LoginChannel.SoapLogin)));
        Assert.Equal("Failed: Password expired", HistoryStatus.Of(Denied(DenyReason.PasswordExpired)));
    }

    internal static LoginRecord Denied(DenyReason reason, LoginChannel channel = LoginChannel.PasswordGrant) =>
        new() { Decision = "deny", Reason = reason, Channel = channel, ClientId = "app", SourceAddress = "192.0.2.7", Trace = "", Facts = "{}", At = DateTimeOffset.UnixEpoch.AddYears(56) };
}
