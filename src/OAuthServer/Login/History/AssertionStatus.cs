using OAuthServer.Federation;

namespace OAuthServer.Login.History;

/// <summary>An assertion that did not hold, in the words of Salesforce's login history: those of SAML, which say the same of a JWT.</summary>
static class AssertionStatus
{
    const string Malformed = "Failed: Assertion Invalid";
    const string Signature = "Failed: Signature Invalid";
    const string Mismatch = "Failed: Signature Invalid/Configured Certificate Mismatch";
    const string Recipient = "Failed: Recipient Mismatched";
    const string Response = "Failed: InResponseTo Invalid";
    const string Name = "Failed: Username Or SSO Id Invalid";
    const string Provisioning = "Failed: SAML Provision Error";

    /// <param name="flaw">As a record keeps it; null where nothing more is known than that it did not hold.</param>
    internal static string Of(string? flaw) => Enum.TryParse<AssertionFlaw>(flaw, out var known) ? Of(known) : Malformed;

    static string Of(AssertionFlaw flaw) => flaw switch
    {
        AssertionFlaw.None or AssertionFlaw.Malformed or AssertionFlaw.TooLarge or AssertionFlaw.DocumentType or AssertionFlaw.DuplicateId or AssertionFlaw.NotOneAssertion
            or AssertionFlaw.MixedContent or AssertionFlaw.NotDecrypted or AssertionFlaw.NotEncrypted or AssertionFlaw.TooLongLived or AssertionFlaw.WrongUserInfo => Malformed,
        AssertionFlaw.NotSigned or AssertionFlaw.SignedElsewhere or AssertionFlaw.WeakSignature or AssertionFlaw.AlgorithmRefused or AssertionFlaw.HashMismatch => Signature,
        AssertionFlaw.SignatureInvalid or AssertionFlaw.KeyUnknown => Mismatch,
        AssertionFlaw.WrongIssuer or AssertionFlaw.MixUp => "Failed: Issuer Mismatched",
        AssertionFlaw.WrongAudience => "Failed: Audience Invalid",
        AssertionFlaw.WrongRecipient or AssertionFlaw.WrongDestination => Recipient,
        AssertionFlaw.NotAsked or AssertionFlaw.Unsolicited or AssertionFlaw.StateUnknown => Response,
        AssertionFlaw.WrongNonce => "Failed: Invalid Nonce",
        AssertionFlaw.Expired or AssertionFlaw.NotYetValid => "Failed: Assertion Expired",
        AssertionFlaw.Replayed => "Failed: Replay Detected",
        AssertionFlaw.SubjectNotConfirmed => "Failed: Subject Confirmation Error",
        AssertionFlaw.ProviderRefused or AssertionFlaw.ContextNotMet => "Failed: Status Invalid",
        AssertionFlaw.ProviderUnreachable => "Your company's authentication service is down",
        AssertionFlaw.NoSubject or AssertionFlaw.NoAccount or AssertionFlaw.LinkedElsewhere or AssertionFlaw.OtherOrganization => Name,
        AssertionFlaw.EmailNotVerified or AssertionFlaw.EmailNotTrusted or AssertionFlaw.NoProfile or AssertionFlaw.NameTaken => Provisioning,
        AssertionFlaw.Deprovisioned => "User is inactive",
    };
}
