using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Xml;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Federation.Saml;

/// <summary>An answer of the right shape whose signature is none, is of something else, of a weak kind, or of somebody else.</summary>
public sealed class SignatureForgeryTests
{
    static readonly Dictionary<string, (Func<string> Forge, AssertionFlaw Flaw)> Forgeries = new(StringComparer.Ordinal)
    {
        ["no signature"] = (() => Response, AssertionFlaw.NotSigned),
        ["signature stripped and the name changed"] = (() => Change(SignedAssertion, signature => signature.ParentNode!.RemoveChild(signature)).With(Alice, Victim), AssertionFlaw.NotSigned),
        ["name changed under the signature"] = (() => SignedAssertion.With(Alice, Victim), AssertionFlaw.SignatureInvalid),
        ["name changed under the response's signature"] = (() => SignedResponse.With(Alice, Victim), AssertionFlaw.SignatureInvalid),
        ["empty signature element"] = (() => Change(SignedAssertion, signature => signature.InnerXml = ""), AssertionFlaw.Malformed),
        ["empty signature value"] = (() => Change(SignedAssertion, signature => signature.One("SignatureValue").InnerText = ""), AssertionFlaw.SignatureInvalid),
        ["signature value that is no base64"] = (() => Change(SignedAssertion, signature => signature.One("SignatureValue").InnerText = "!"), AssertionFlaw.Malformed),
        ["no SignedInfo"] = (() => Change(SignedAssertion, signature => signature.RemoveChild(signature.One("SignedInfo"))), AssertionFlaw.Malformed),
        ["no reference"] = (() => Change(SignedAssertion, signature => signature.One("SignedInfo").RemoveChild(signature.One("Reference"))), AssertionFlaw.Malformed),
        ["empty digest"] = (() => Change(SignedAssertion, signature => signature.One("DigestValue").InnerText = ""), AssertionFlaw.SignatureInvalid),
        ["digest with an element (CVE-2025-29774)"] = (() => Change(SignedAssertion, signature => signature.One("DigestValue").InnerXml += "<x/>"), AssertionFlaw.Malformed),
        ["digest with a comment (CVE-2025-29775)"] = (() => Change(SignedAssertion, signature => signature.One("DigestValue").InnerXml += "<!-- x -->"), AssertionFlaw.MixedContent),
        ["two SignedInfo"] = (() => Change(SignedAssertion, signature => signature.PrependChild(signature.One("SignedInfo").CloneNode(deep: true))), AssertionFlaw.Malformed),
        ["signature in Extensions"] = (() => Move(SignedAssertion, "Extensions"), AssertionFlaw.SignedElsewhere),
        ["signature in Advice"] = (() => Move(SignedAssertion, "Advice"), AssertionFlaw.SignedElsewhere),
        ["signature in StatusDetail"] = (() => Move(SignedAssertion, "StatusDetail"), AssertionFlaw.SignedElsewhere),
        ["signed metadata of the provider in Extensions"] = (() => WithSignedMetadata(_ => { }), AssertionFlaw.SignedElsewhere),
        ["signature of the provider's metadata moved into the assertion"] = (() => WithSignedMetadata(signature => Carry(signature)), AssertionFlaw.SignedElsewhere),
        ["signature of metadata whose ID is the assertion's"] = (() => WithSignedMetadata(signature =>
        {
            var metadata = (XmlElement)signature.ParentNode!;
            Carry(signature);
            metadata.ParentNode!.RemoveChild(metadata);
        }, "_assertion"), AssertionFlaw.SignatureInvalid),
        ["Object in the signature"] = (() => Change(SignedAssertion, signature => signature.AppendChild(signature.OwnerDocument.CreateElement("Object", SamlNames.Signature))), AssertionFlaw.SignedElsewhere),
        ["only the subject signed"] = (() => new SamlSigner { References = ["#_subject"] }.SignElement(Response.With("<saml:Subject>", "<saml:Subject ID=\"_subject\">"), "_assertion"), AssertionFlaw.SignedElsewhere),
        ["only the assertion signed by the response's signature"] = (() => new SamlSigner { References = ["#_assertion"] }.SignElement(Response, "_response"), AssertionFlaw.SignedElsewhere),
        ["the whole document signed by an empty reference"] = (() => new SamlSigner { References = [""] }.SignElement(Response, "_assertion"), AssertionFlaw.SignedElsewhere),
        ["xpointer reference"] = (() => new SamlSigner { References = ["#xpointer(id('_assertion'))"] }.SignElement(Response, "_assertion"), AssertionFlaw.SignedElsewhere),
        ["two references"] = (() => new SamlSigner { References = ["#_assertion", "#_response"] }.SignElement(Response, "_assertion"), AssertionFlaw.SignedElsewhere),
        ["twice the same reference"] = (() => new SamlSigner { References = ["#_assertion", "#_assertion"] }.SignElement(Response, "_assertion"), AssertionFlaw.SignedElsewhere),
        ["two signatures"] = (() => Change(SignedAssertion, signature => signature.ParentNode!.InsertAfter(signature.CloneNode(deep: true), signature)), AssertionFlaw.Malformed),
        ["signature at the end of the assertion"] = (() => Change(SignedAssertion, signature => signature.ParentNode!.AppendChild(signature)), AssertionFlaw.Malformed),
        ["xpath transform"] = (() => WithTransform(XPath()), AssertionFlaw.WeakSignature),
        ["base64 transform"] = (() => SignedAssertion.With($"<Transform Algorithm=\"{SamlNames.ExclusiveCanonicalization}\" />", $"<Transform Algorithm=\"{SamlNames.Signature}base64\" />"), AssertionFlaw.WeakSignature),
        ["xslt transform"] = (() => SignedAssertion.With($"<Transform Algorithm=\"{SamlNames.ExclusiveCanonicalization}\" />", "<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><x/></Transform>"), AssertionFlaw.WeakSignature),
        ["only canonicalization and no enveloped signature"] = (() => new SamlSigner { Transforms = [new XmlDsigExcC14NTransform()] }.SignElement(Response, "_assertion"), AssertionFlaw.WeakSignature),
        ["inclusive canonicalization transform"] = (() => new SamlSigner { Transforms = [new XmlDsigEnvelopedSignatureTransform(), new XmlDsigC14NTransform()] }.SignElement(Response, "_assertion"), AssertionFlaw.WeakSignature),
        ["inclusive canonicalization of SignedInfo"] = (() => new SamlSigner { Canonicalization = SignedXml.XmlDsigC14NTransformUrl }.SignElement(Response, "_assertion"), AssertionFlaw.WeakSignature),
        ["SHA-1 signature"] = (() => new SamlSigner { Method = SignedXml.XmlDsigRSASHA1Url }.SignElement(Response, "_assertion"), AssertionFlaw.WeakSignature),
        ["SHA-1 digest"] = (() => new SamlSigner { Digest = SignedXml.XmlDsigSHA1Url }.SignElement(Response, "_assertion"), AssertionFlaw.WeakSignature),
        ["HMAC with the public key as secret"] = (() => new SamlSigner { Mac = new HMACSHA256(IdpKey.Certificate) }.SignElement(Response, "_assertion"), AssertionFlaw.WeakSignature),
        ["HMACOutputLength under an RSA method"] = (() => Change(SignedAssertion, signature => signature.One("SignatureMethod").InnerXml = "<HMACOutputLength xmlns=\"http://www.w3.org/2000/09/xmldsig#\">8</HMACOutputLength>"), AssertionFlaw.WeakSignature),
        ["signature method none"] = (() => SignedAssertion.With(SignedXml.XmlDsigRSASHA256Url, "none"), AssertionFlaw.WeakSignature),
        ["ECDSA said of an RSA signature"] = (() => SignedAssertion.With(SignedXml.XmlDsigRSASHA256Url, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"), AssertionFlaw.SignatureInvalid),
        ["stranger's key"] = (() => new SamlSigner { Key = Private(Stranger) }.SignElement(Response, "_assertion"), AssertionFlaw.SignatureInvalid),
        ["stranger's key with his certificate in KeyInfo"] = (() => new SamlSigner { Key = Private(Stranger), KeyInfo = new KeyInfoX509Data(Stranger.Certificate) }.SignElement(Response, "_assertion"), AssertionFlaw.SignatureInvalid),
        ["stranger's key with the right certificate in KeyInfo"] = (() => new SamlSigner { Key = Private(Stranger), KeyInfo = new KeyInfoX509Data(IdpKey.Certificate) }.SignElement(Response, "_assertion"), AssertionFlaw.SignatureInvalid),
        ["stranger's key as a bare key in KeyInfo"] = (() => new SamlSigner { Key = Private(Stranger), KeyInfo = new RSAKeyValue(Private(Stranger)) }.SignElement(Response, "_assertion"), AssertionFlaw.SignatureInvalid),
        ["our own key"] = (() => new SamlSigner { Key = Private(OurKey) }.SignElement(Response, "_assertion"), AssertionFlaw.SignatureInvalid),
    };

    public static TheoryData<string> Names => [.. Forgeries.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Refused(string forgery)
    {
        var (forge, flaw) = Forgeries[forgery];
        AssertRefused(flaw, Read(forge()));
    }

    [Fact]
    public void Key_of_1024_bits_is_refused_also_where_it_is_configured()
    {
        using var weak = RSA.Create(1024);
        var request = new CertificateRequest("CN=idp.corp.test", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(Now, Now.AddYears(1));
        var signed = new SamlSigner { Key = weak }.SignElement(Response, "_assertion");
        AssertRefused(AssertionFlaw.WeakSignature, Read(signed, Expected with { SigningKeys = [IdpPublic, SamlKey.Of(certificate)] }));
    }

    [Fact]
    public void Provider_without_keys_signs_nothing() => AssertRefused(AssertionFlaw.SignatureInvalid, Read(SignedAssertion, Expected with { SigningKeys = [] }));

    static string Change(string xml, Action<XmlElement> change)
    {
        var document = Parse(xml);
        change(document.DocumentElement!.One("Signature"));
        return document.OuterXml;
    }

    static void Carry(XmlElement signature)
    {
        var assertion = signature.OwnerDocument.DocumentElement!.One("AuthnStatement").ParentNode!;
        assertion.InsertAfter(signature, ((XmlElement)assertion).One("Issuer"));
    }

    static string Move(string xml, string place)
    {
        var document = Parse(xml);
        var signature = document.DocumentElement!.One("Signature");
        var holder = place == "Advice" ? document.CreateElement("saml", place, SamlNames.Assertion) : document.CreateElement("samlp", place, SamlNames.Protocol);
        var parent = place switch
        {
            "Advice" => document.ById("_assertion"),
            "StatusDetail" => document.DocumentElement!.One("Status"),
            _ => document.DocumentElement!,
        };
        parent.AppendChild(holder);
        holder.AppendChild(signature);
        return document.OuterXml;
    }

    static string WithSignedMetadata(Action<XmlElement> arrange, string id = "_metadata")
    {
        var metadata = SamlSigner.Sign($"<md:EntityDescriptor xmlns:md=\"{SamlNames.Metadata}\" ID=\"{id}\" entityID=\"{Idp}\"/>", id);
        var document = Parse(Response.With("<samlp:Status>", $"<samlp:Extensions>{metadata}</samlp:Extensions><samlp:Status>"));
        arrange(document.DocumentElement!.One("Signature"));
        return document.OuterXml;
    }

    static string WithTransform(Transform transform) =>
        new SamlSigner { Transforms = [new XmlDsigEnvelopedSignatureTransform(), transform, new XmlDsigExcC14NTransform()] }.SignElement(Response, "_assertion");

    static XmlDsigXPathTransform XPath()
    {
        var document = Parse("<XPath>not(self::node()[local-name()='Subject'])</XPath>");
        var transform = new XmlDsigXPathTransform();
        transform.LoadInnerXml(document.ChildNodes);
        return transform;
    }
}
