namespace OAuthServer.Federation;

/// <summary>
/// Why what an identity provider (or an app, about a user) asserted did not hold. Exact: for administrators and the login record. Whoever
/// brought it is told one sentence for all of them. Names are stored in records: never rename one.
/// </summary>
public enum AssertionFlaw
{
    /// <summary>It holds.</summary>
    None,

    /// <summary>Not what the protocol knows: no base64, no XML, no JWT, a mandatory part missing or in the wrong place.</summary>
    Malformed,

    /// <summary>Larger or deeper than any honest one.</summary>
    TooLarge,

    /// <summary>It declares a document type, whose entities could read files or grow without end.</summary>
    DocumentType,

    /// <summary>Two elements have one ID, so that a signature of one could stand for the other.</summary>
    DuplicateId,

    /// <summary>There is not exactly one assertion, in its place in the response.</summary>
    NotOneAssertion,

    /// <summary>Nothing that is signed holds the assertion.</summary>
    NotSigned,

    /// <summary>The signature covers something else than the element it stands in.</summary>
    SignedElsewhere,

    /// <summary>The signature uses a method that is not taken: SHA-1, HMAC, a short key, another transform or canonicalization.</summary>
    WeakSignature,

    /// <summary>The signature does not verify under any key that is configured for the issuer.</summary>
    SignatureInvalid,

    /// <summary>The JWT's algorithm is none, symmetric, or not one for the issuer's keys.</summary>
    AlgorithmRefused,

    /// <summary>No key of the issuer has the key id that the JWT names.</summary>
    KeyUnknown,

    /// <summary>An encrypted assertion cannot be opened, or uses a method that is not taken.</summary>
    NotDecrypted,

    /// <summary>It came in clear although it must be encrypted.</summary>
    NotEncrypted,

    /// <summary>The issuer is not the provider that was asked.</summary>
    WrongIssuer,

    /// <summary>Meant for somebody else.</summary>
    WrongAudience,

    /// <summary>The recipient of the subject confirmation is not this address.</summary>
    WrongRecipient,

    /// <summary>The destination of the message is not this address.</summary>
    WrongDestination,

    /// <summary>It answers no request of this browser to this provider, or one that has been answered.</summary>
    NotAsked,

    /// <summary>It answers no request at all, and the provider is not configured to send such.</summary>
    Unsolicited,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Its time has not begun.</summary>
    NotYetValid,

    /// <summary>It would be good for longer than any honest one.</summary>
    TooLongLived,

    /// <summary>It was used before.</summary>
    Replayed,

    /// <summary>No bearer confirmation of the subject holds.</summary>
    SubjectNotConfirmed,

    /// <summary>The provider says that the sign-in failed.</summary>
    ProviderRefused,

    /// <summary>It names nobody, or the name is longer than any honest one.</summary>
    NoSubject,

    /// <summary>A name or an attribute holds something else than text, such as a comment, at which readers disagree where it ends.</summary>
    MixedContent,

    /// <summary>The sign-in is older, or of a weaker kind, than was demanded.</summary>
    ContextNotMet,

    /// <summary>The state belongs to no request of this browser.</summary>
    StateUnknown,

    /// <summary>The answer came from another issuer than was asked (RFC 9207), or does not say which although it must.</summary>
    MixUp,

    /// <summary>The nonce is not that of the request.</summary>
    WrongNonce,

    /// <summary>The access token or code does not belong to the ID token.</summary>
    HashMismatch,

    /// <summary>Userinfo speaks of somebody else than the ID token.</summary>
    WrongUserInfo,

    /// <summary>The provider did not answer in time, or not as the protocol says.</summary>
    ProviderUnreachable,

    /// <summary>Nobody here is linked to this subject, and none may be made.</summary>
    NoAccount,

    /// <summary>The e-mail address is an account's, and the provider does not say that it is verified.</summary>
    EmailNotVerified,

    /// <summary>The e-mail address is an account's, and the provider is not trusted to say so.</summary>
    EmailNotTrusted,

    /// <summary>No rule maps its claims to a profile.</summary>
    NoProfile,

    /// <summary>Its claims say that the person has left.</summary>
    Deprovisioned,

    /// <summary>The name for a new account is missing, malformed, or another account's.</summary>
    NameTaken,

    /// <summary>The account is linked to another subject of this provider, or the subject to another account.</summary>
    LinkedElsewhere,

    /// <summary>The account is another organization's than the provider.</summary>
    OtherOrganization,
}

/// <summary>One check of something that was asserted.</summary>
/// <param name="Against">What it guards against.</param>
/// <param name="Holds">True when there is nothing of the kind.</param>
/// <param name="Seen">What was found there, for an administrator who tries a provider; never a secret. Null where there is nothing to show.</param>
public sealed record AssertionCheck(AssertionFlaw Against, bool Holds, string? Seen = null);
