using OAuthServer.Federation;

namespace OAuthServer.Login.Explaining;

/// <summary>What an assertion was found wanting in, in sentences for administrators.</summary>
public static class AssertionSentences
{
    /// <summary>Of a record; null when it was found wanting in nothing.</summary>
    public static string? Of(string? recorded) => Enum.TryParse<AssertionFlaw>(recorded, out var flaw) && flaw != AssertionFlaw.None ? Of(flaw) : null;

    /// <summary>One sentence.</summary>
    public static string Of(AssertionFlaw flaw) => flaw switch
    {
        AssertionFlaw.None => "It holds.",
        AssertionFlaw.Malformed => "It is not what the protocol knows: something mandatory is missing, or in the wrong place.",
        AssertionFlaw.TooLarge => "It is larger or deeper than any honest one.",
        AssertionFlaw.DocumentType => "It declares a document type, which can make a reader fetch files or grow without end.",
        AssertionFlaw.DuplicateId => "Two of its elements have the same ID.",
        AssertionFlaw.NotOneAssertion => "It does not hold exactly one assertion in its place.",
        AssertionFlaw.NotSigned => "The assertion is not signed, and neither is the response around it.",
        AssertionFlaw.SignedElsewhere => "The signature covers another element than the one it stands in.",
        AssertionFlaw.WeakSignature => "The signature uses a method that is not taken, such as SHA-1, a symmetric key, a short key or another transform.",
        AssertionFlaw.SignatureInvalid => "The signature does not verify under any key that is configured for the issuer.",
        AssertionFlaw.AlgorithmRefused => "Its algorithm is none, symmetric, or not one for the issuer's keys.",
        AssertionFlaw.KeyUnknown => "It names a key that the issuer has not published.",
        AssertionFlaw.NotDecrypted => "The encrypted assertion could not be opened, or uses a method that is not taken.",
        AssertionFlaw.NotEncrypted => "It came in clear, although the provider is configured to encrypt.",
        AssertionFlaw.WrongIssuer => "It was issued by somebody else than the provider that was asked.",
        AssertionFlaw.WrongAudience => "It is meant for somebody else than this server.",
        AssertionFlaw.WrongRecipient => "Its recipient is not the address at which it arrived.",
        AssertionFlaw.WrongDestination => "Its destination is not the address at which it arrived.",
        AssertionFlaw.NotAsked => "It answers no open request of this browser to this provider.",
        AssertionFlaw.Unsolicited => "Nobody here asked for it, and the provider may not begin a sign-in by itself (idpInitiated).",
        AssertionFlaw.Expired => "Its time is over; if the clocks differ, set them right.",
        AssertionFlaw.NotYetValid => "Its time has not begun; if the clocks differ, set them right.",
        AssertionFlaw.TooLongLived => "It would be good for longer than is taken: whoever found it could use it all that time.",
        AssertionFlaw.Replayed => "It was used before.",
        AssertionFlaw.SubjectNotConfirmed => "It confirms its subject in no way that holds for whoever brings it.",
        AssertionFlaw.ProviderRefused => "The provider itself says that the sign-in failed.",
        AssertionFlaw.NoSubject => "It names nobody, or by a name longer than any honest one.",
        AssertionFlaw.MixedContent => "A name or an attribute holds something else than text.",
        AssertionFlaw.ContextNotMet => "The sign-in at the provider is older, or of a weaker kind, than was demanded.",
        AssertionFlaw.StateUnknown => "Its state belongs to no open request of this browser to this provider.",
        AssertionFlaw.MixUp => "The answer came from another issuer than was asked, or does not say from which.",
        AssertionFlaw.WrongNonce => "Its nonce is not that of the request.",
        AssertionFlaw.HashMismatch => "The access token does not belong to the ID token.",
        AssertionFlaw.WrongUserInfo => "Userinfo speaks of somebody else than the ID token.",
        AssertionFlaw.ProviderUnreachable => "The provider did not answer in time, or not as the protocol says.",
        AssertionFlaw.NoAccount => "No account is linked to whom it names, and the provider may make none.",
        AssertionFlaw.EmailNotVerified => "Its e-mail address is an account's, and the provider does not say that it is verified.",
        AssertionFlaw.EmailNotTrusted => "Its e-mail address is an account's, and the provider does not speak for that address.",
        AssertionFlaw.NoProfile => "None of the provider's rules maps it to a profile that it may give.",
        AssertionFlaw.Deprovisioned => "It says that the person has left.",
        AssertionFlaw.NameTaken => "Its name for a new account is missing, malformed or taken.",
        AssertionFlaw.LinkedElsewhere => "The account is linked to another identity of this provider, or the identity to another account.",
        AssertionFlaw.OtherOrganization => "The account is another organization's than the provider.",
    };
}
