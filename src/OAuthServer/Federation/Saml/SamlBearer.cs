using System.Xml;

namespace OAuthServer.Federation.Saml;

/// <summary>What an assertion brought to the token endpoint is held against (RFC 7522 section 3).</summary>
public sealed record SamlBearerExpectation
{
    /// <summary>The keys of an issuer: an app's registered key, a provider's certificates; null or empty when nobody of that name may assert here. Asked once, with what the assertion claims, before anything is verified.</summary>
    public required Func<string, IReadOnlyList<SamlKey>?> KeysOf { get; init; }

    /// <summary>Our names: the issuer, an entity id, the token endpoint. Each AudienceRestriction must list one.</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>The token endpoint's addresses, one of which the recipient must be.</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    public required DateTimeOffset Now { get; init; }
}

/// <summary>Reads bare assertions for the SAML bearer grant (RFC 7522), as safely as those of sign-ins: signed themselves, not encrypted.</summary>
public static class SamlBearer
{
    /// <summary>Who is said to have issued a bare assertion, to look up the keys; null when it is none. Nothing of it is verified.</summary>
    public static string? IssuerOf(string base64Url) =>
        SafeXml.ReadBase64Url(base64Url, XmlLimits.Message).Document?.DocumentElement is { } root && root.Is(SamlNames.Assertion, "Assertion")
            ? root.Elements(SamlNames.Assertion, "Issuer").FirstOrDefault()?.Text()
            : null;

    /// <summary>The verdict. Once the assertion holds its ID is still to be claimed, for the issuer, until UsableUntil.</summary>
    /// <param name="base64Url">The parameter "assertion".</param>
    /// <param name="expectation">What it is held against.</param>
    public static SamlReading Read(string base64Url, SamlBearerExpectation expectation)
    {
        var checks = new CheckList();
        var (document, flaw) = SafeXml.ReadBase64Url(base64Url, XmlLimits.Message);
        checks.Stage(
            flaw, null, AssertionFlaw.TooLarge, AssertionFlaw.DocumentType, AssertionFlaw.Malformed, AssertionFlaw.DuplicateId, AssertionFlaw.MixedContent);
        var assertion = document?.DocumentElement is { } root ? Judge(root, expectation, checks) : null;
        return new(checks.Made, assertion, checks.Flaw, document?.OuterXml);
    }

    static SamlAssertion? Judge(XmlElement root, SamlBearerExpectation expected, CheckList checks)
    {
        if (!checks.Check(AssertionFlaw.NotOneAssertion, root.Is(SamlNames.Assertion, "Assertion") && root.All().Count(IsAssertion) == 1, root.Name)
            || !checks.Check(AssertionFlaw.SignedElsewhere, root.All().Where(IsSignature).All(signature => signature.ParentNode == root)))
            return null;
        var issuer = root.Elements(SamlNames.Assertion, "Issuer").FirstOrDefault()?.Text() ?? "";
        var keys = expected.KeysOf(issuer) ?? [];
        if (!checks.Check(AssertionFlaw.WrongIssuer, keys.Count > 0, issuer))
            return null;
        var (covered, flaw) = EnvelopedSignature.Verify(root, keys, XmlLimits.Message);
        if (!checks.Stage(flaw, null, AssertionFlaw.NotSigned, AssertionFlaw.SignedElsewhere, AssertionFlaw.WeakSignature, AssertionFlaw.SignatureInvalid))
            return null;
        var (parsed, problem) = AssertionParser.Parse(covered!);
        if (!checks.Stage(problem, parsed?.Id, AssertionFlaw.Malformed, AssertionFlaw.MixedContent))
            return null;
        var rules = new AssertionRules { Issuer = issuer, Audiences = expected.Audiences, Recipients = expected.Recipients, Now = expected.Now };
        return rules.Judge(parsed!, checks);
    }

    static bool IsAssertion(XmlElement element) => element.NamespaceURI == SamlNames.Assertion && element.LocalName is "Assertion" or "EncryptedAssertion";

    static bool IsSignature(XmlElement element) => element.Is(SamlNames.Signature, "Signature");
}
