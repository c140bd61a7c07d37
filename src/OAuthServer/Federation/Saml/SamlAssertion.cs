namespace OAuthServer.Federation.Saml;

/// <summary>A name identifier (core section 2.2.3). With the issuer it is who somebody is: two with one value and unlike formats are two.</summary>
/// <param name="Value">1 to 512 characters, whitespace and case as they came.</param>
/// <param name="Format">A URI; null means unspecified (core section 8.3.1).</param>
/// <param name="NameQualifier">The domain of the name, often the provider.</param>
/// <param name="SpNameQualifier">The provider of services, or group of them, that the name was made for.</param>
public sealed record SamlNameId(string Value, string? Format = null, string? NameQualifier = null, string? SpNameQualifier = null)
{
    /// <summary>Longest value in characters.</summary>
    public const int MaxLength = 512;
}

/// <summary>How and when somebody was authenticated (core section 2.7.2).</summary>
/// <param name="At">AuthnInstant.</param>
/// <param name="ContextClass">AuthnContextClassRef; null where the provider only declares.</param>
/// <param name="SessionIndex">Names the session at the provider for single logout.</param>
/// <param name="SessionEnds">SessionNotOnOrAfter: ours must have ended by then.</param>
public sealed record SamlAuthentication(DateTimeOffset At, string? ContextClass, string? SessionIndex, DateTimeOffset? SessionEnds);

/// <summary>An assertion that holds. Every value was read from octets that a configured key signed.</summary>
/// <param name="Id">Usable once: keep it, with the issuer, until <paramref name="UsableUntil"/>.</param>
/// <param name="Issuer">Entity id of the provider, or of the app for a bearer grant.</param>
/// <param name="IssuedAt">IssueInstant.</param>
/// <param name="Subject">Who.</param>
/// <param name="Authentication">Always there in answers to a sign-in; a bearer grant may lack it.</param>
/// <param name="InResponseTo">Of the confirmation: the request that was answered. Null for unsolicited ones.</param>
/// <param name="UsableUntil">From then on it is refused as expired, skew included.</param>
/// <param name="Attributes">By Name, values in their order. Values that are no text (nested elements, xsi:nil), encrypted, or longer than
/// <see cref="MaxAttributeValue"/> are left out: readable ones must not fall with an embedded photograph.</param>
public sealed record SamlAssertion(
    string Id, string Issuer, DateTimeOffset IssuedAt, SamlNameId Subject, SamlAuthentication? Authentication, string? InResponseTo,
    DateTimeOffset UsableUntil, IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes)
{
    /// <summary>Characters of one attribute value; longer ones are passed over.</summary>
    public const int MaxAttributeValue = 8192;
}

/// <summary>What came of reading.</summary>
/// <param name="Checks">In the order they were made, up to the first that made the rest meaningless.</param>
/// <param name="Assertion">Only when all hold.</param>
/// <param name="Flaw">The first that does not hold; None with an assertion.</param>
/// <param name="Xml">The document, with an encrypted assertion opened, for an administrator who tries a provider: it holds personal data,
/// and could be used to sign in while it lasts. Null when it is no XML. Not verified: never read anything from it.</param>
public sealed record SamlReading(IReadOnlyList<AssertionCheck> Checks, SamlAssertion? Assertion, AssertionFlaw Flaw, string? Xml)
{
    /// <summary>Without the document, which must not get into a log.</summary>
    public override string ToString() => $"SamlReading {{ Flaw = {Flaw}, Issuer = {Assertion?.Issuer} }}";
}

/// <summary>What an unverified response says of itself: enough to look up what to expect of it, and no more.</summary>
/// <param name="Issuer">Of the response, or else of its assertion.</param>
/// <param name="InResponseTo">Of the response.</param>
public sealed record SamlClaim(string? Issuer, string? InResponseTo);
