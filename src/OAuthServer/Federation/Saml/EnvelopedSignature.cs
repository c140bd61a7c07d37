using System.Security.Cryptography;
using System.Xml;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// The one signature that an element may carry (core section 5.4). It is verified here and not by SignedXml, which says that
/// something was signed but not what: wrapped assertions, second references and SHA-1 are valid to it. Here the octets whose digest
/// is compared are the octets that are parsed again and handed out, so nothing else can be read by mistake.
/// </summary>
static class EnvelopedSignature
{
    /// <summary>
    /// What the signature covers: the carrier without its signature, parsed anew from the digested octets; null with the flaw. KeyInfo
    /// is not looked at, and nothing is looked up by ID: the reference must name the carrier, and the carrier it is.
    /// </summary>
    internal static (XmlElement? Covered, AssertionFlaw Flaw) Verify(XmlElement carrier, IReadOnlyList<SamlKey> keys, XmlLimits limits)
    {
        Signed? signed = null;
        var flaw = Locate(carrier, out var signature);
        if (flaw == AssertionFlaw.None)
            flaw = Inspect(carrier, signature!, out signed);
        if (flaw == AssertionFlaw.None)
            flaw = SamlKey.Judge(keys, signed!.Method, signed.InfoOctets, signed.Value);
        if (flaw != AssertionFlaw.None)
            return (null, flaw);
        var octets = Canonical.Octets(carrier, signature, signed!.Canonicalization);
        if (!CryptographicOperations.FixedTimeEquals(CryptographicOperations.HashData(signed.DigestMethod, octets), signed.Digest))
            return (null, AssertionFlaw.SignatureInvalid);
        var (covered, problem) = SafeXml.Read(octets, limits.Canonical);
        return (covered?.DocumentElement, problem);
    }

    /// <summary>Exactly one, and where the schemas have it: after the Issuer in protocol and assertion, first in metadata.</summary>
    static AssertionFlaw Locate(XmlElement carrier, out XmlElement? signature)
    {
        var children = carrier.Elements().ToList();
        signature = children.Find(child => child.Is(SamlNames.Signature, "Signature"));
        if (signature is null)
            return AssertionFlaw.NotSigned;
        var place = children.Count > 0 && children[0].Is(SamlNames.Assertion, "Issuer") ? 1 : 0;
        return children.IndexOf(signature) == place && children.FindLastIndex(child => child.Is(SamlNames.Signature, "Signature")) == place
            ? AssertionFlaw.None : AssertionFlaw.Malformed;
    }

    /// <summary>
    /// The shape that core section 5.4 allows, read from the octets of SignedInfo that the key will be asked about. Order matters for
    /// the name of the flaw only; all must hold.
    /// </summary>
    static AssertionFlaw Inspect(XmlElement carrier, XmlElement signature, out Signed? signed)
    {
        signed = null;
        if (signature.Elements().Any(child => child.Is(SamlNames.Signature, "Object")))
            return AssertionFlaw.SignedElsewhere;
        if (!Has(signature, "SignedInfo", "SignatureValue", "KeyInfo") && !Has(signature, "SignedInfo", "SignatureValue"))
            return AssertionFlaw.Malformed;
        var parts = signature.Elements().ToList();
        if (parts[1].Octets() is not { } value || parts[0].Elements().FirstOrDefault() is not { } first || !first.Is(SamlNames.Signature, "CanonicalizationMethod"))
            return AssertionFlaw.Malformed;
        if (Canonical.Method.Of(first) is not { } canonicalization)
            return AssertionFlaw.WeakSignature;
        var infoOctets = Canonical.Octets(parts[0], null, canonicalization);
        if (SafeXml.Read(infoOctets, XmlLimits.Message.Canonical).Document?.DocumentElement is not { } info)
            return AssertionFlaw.Malformed;
        if (info.Elements(SamlNames.Signature, "Reference").Skip(1).Any())
            return AssertionFlaw.SignedElsewhere;
        if (!Has(info, "CanonicalizationMethod", "SignatureMethod", "Reference"))
            return AssertionFlaw.Malformed;
        var method = info.Elements().ElementAt(1);
        var reference = info.Elements().ElementAt(2);
        if (carrier.Attribute("ID") is not { Length: > 0 } id || reference.Attribute("URI") != "#" + id)
            return AssertionFlaw.SignedElsewhere;
        if (!Has(reference, "Transforms", "DigestMethod", "DigestValue"))
            return AssertionFlaw.Malformed;
        var inside = reference.Elements().ToList();
        // A child of the method is HMACOutputLength or parameters of an algorithm that is not taken.
        if (method.Elements().Any() || SignatureMethod.Of(method.Attribute("Algorithm")) is not { } signatureMethod
            || Transforms(inside[0]) is not { } covered || inside[1].Elements().Any() || SignatureMethod.DigestOf(inside[1].Attribute("Algorithm")) is not { } digestMethod)
            return AssertionFlaw.WeakSignature;
        // Text alone: a comment or an element inside is how CVE-2025-29774 and -29775 had two digests in one place.
        if (inside[2].Octets() is not { } digest)
            return AssertionFlaw.Malformed;
        signed = new(signatureMethod, infoOctets, value, covered, digestMethod, digest);
        return AssertionFlaw.None;
    }

    /// <summary>Core section 5.4.4: the enveloped signature is taken out, then exclusive canonicalization; the latter may be left out.</summary>
    static Canonical.Method? Transforms(XmlElement transforms) => transforms.Elements().ToList() switch
    {
        [var enveloped] when IsEnveloped(enveloped) => Canonical.Method.Default,
        [var enveloped, var canonicalization] when IsEnveloped(enveloped) && IsTransform(canonicalization) => Canonical.Method.Of(canonicalization),
        _ => null,
    };

    static bool IsEnveloped(XmlElement transform) =>
        IsTransform(transform) && transform.Attribute("Algorithm") == SamlNames.EnvelopedSignature && !transform.Elements().Any();

    static bool IsTransform(XmlElement element) => element.Is(SamlNames.Signature, "Transform");

    /// <summary>These children, in this order, and no other.</summary>
    static bool Has(XmlElement element, params ReadOnlySpan<string> names)
    {
        var place = 0;
        foreach (var child in element.Elements())
        {
            if (place == names.Length || !child.Is(SamlNames.Signature, names[place++]))
                return false;
        }
        return place == names.Length;
    }

    sealed record Signed(
        SignatureMethod Method, byte[] InfoOctets, byte[] Value, Canonical.Method Canonicalization, HashAlgorithmName DigestMethod, byte[] Digest);
}
