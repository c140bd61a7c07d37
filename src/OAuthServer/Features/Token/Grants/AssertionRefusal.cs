using OAuthServer.Apps;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// What an app is told whose assertion was refused (RFC 7521 section 4.1.1; contract, section 4.4). What is wrong with the assertion is told
/// in three sentences, and the exact flaw is in the record; nothing is told about users for whom the app is not approved.
/// </summary>
static class AssertionRefusal
{
    internal static OAuthError NotApprovedByUser { get; } = OAuthError.InvalidGrant("user hasn't approved this consumer");

    /// <summary>An assertion that does not hold is <c>invalid_request</c> to a token exchange (RFC 8693 section 2.2.2), and <c>invalid_grant</c> elsewhere.</summary>
    internal static OAuthError Of(LoginOutcome outcome, AssertionFlaw flaw, AppEntry app, LoginChannel channel) => outcome switch
    {
        LoginOutcome.Refused refused when flaw != AssertionFlaw.None => Of(flaw, channel) with { Reference = refused.Reference },
        LoginOutcome.Refused { Reason: DenyReason.ClientAssertionRejected or DenyReason.AssertionRejected } refused =>
            Of(AssertionFlaw.Replayed, channel) with { Reference = refused.Reference },
        LoginOutcome.Refused { AppReason: DenyReason.AppNotApprovedForUser } refused when !app.Settings.Preapproval.Required =>
            NotApprovedByUser with { Reference = refused.Reference },
        _ => LoginRefusal.Of(outcome, channel),
    };

    static OAuthError Of(AssertionFlaw flaw, LoginChannel channel)
    {
        if (flaw == AssertionFlaw.ProviderUnreachable)
            return new("temporarily_unavailable", "The identity provider that issued the token does not answer; try again later.", 503);
        var (standard, salesforce) = flaw switch
        {
            AssertionFlaw.WrongAudience => ("audience is invalid", "audience is invalid"),
            AssertionFlaw.Expired => ("The assertion has expired; if the clocks differ, set them right.", "expired authorization code"),
            AssertionFlaw.NotYetValid or AssertionFlaw.TooLongLived => ("The assertion is not valid yet, or for too long; if the clocks differ, set them right.", "invalid assertion"),
            _ => ("The assertion is malformed, names nobody here, is not signed by a key registered for its issuer, or was used before.", "invalid assertion"),
        };
        var code = channel == LoginChannel.TokenExchange ? "invalid_request" : "invalid_grant";
        return new(code, standard) { InSalesforceWords = new(code, salesforce) };
    }
}
