using System.Xml;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Federation.Saml;

/// <summary>
/// XML signature wrapping: variants 1 to 8 of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (2012), and others of the
/// family. A genuine signature stays verifiable somewhere while another assertion stands where it is read.
/// </summary>
public sealed class WrappingTests
{
    static readonly Dictionary<string, Func<string>> Variants = new(StringComparer.Ordinal)
    {
        ["XSW1: signed response inside the signature of a forged one"] = () => WrapResponse((evil, original, signature) =>
        {
            PutSignature(evil, signature);
            signature.AppendChild(original);
        }),
        ["XSW2: signed response before the signature in a forged one"] = () => WrapResponse((evil, original, signature) =>
        {
            PutSignature(evil, signature);
            evil.InsertBefore(original, signature);
        }),
        ["XSW3: forged assertion before the signed one"] = () => WrapAssertion((evil, original) => original.ParentNode!.InsertBefore(evil, original)),
        ["XSW4: signed assertion inside a forged one"] = () => WrapAssertion((evil, original) =>
        {
            original.ParentNode!.ReplaceChild(evil, original);
            evil.AppendChild(original);
        }),
        ["XSW5: forged assertion with the signature, the signed one at the end"] = () => WrapAssertion((evil, original) =>
        {
            original.ParentNode!.InsertBefore(evil, original);
            evil.InsertAfter(original.One("Signature"), evil.One("Issuer"));
            evil.ParentNode!.AppendChild(original);
        }),
        ["XSW6: signed assertion inside its signature in a forged one"] = () => WrapAssertion((evil, original) =>
        {
            original.ParentNode!.ReplaceChild(evil, original);
            var signature = original.One("Signature");
            evil.InsertAfter(signature, evil.One("Issuer"));
            signature.AppendChild(original);
        }),
        ["XSW7: forged assertion in Extensions"] = () => WrapAssertion((evil, original) =>
        {
            var extensions = original.OwnerDocument.CreateElement("samlp", "Extensions", SamlNames.Protocol);
            extensions.AppendChild(evil);
            original.ParentNode!.InsertBefore(extensions, original);
        }),
        ["XSW8: signed assertion in an Object of the signature in a forged one"] = () => WrapAssertion((evil, original) =>
        {
            original.ParentNode!.ReplaceChild(evil, original);
            var signature = original.One("Signature");
            evil.InsertAfter(signature, evil.One("Issuer"));
            var holder = original.OwnerDocument.CreateElement("ds", "Object", SamlNames.Signature);
            signature.AppendChild(holder);
            holder.AppendChild(original);
        }),
        ["signed assertion in Advice of a forged one"] = () => WrapAssertion((evil, original) =>
        {
            original.ParentNode!.ReplaceChild(evil, original);
            var advice = original.OwnerDocument.CreateElement("saml", "Advice", SamlNames.Assertion);
            evil.InsertAfter(advice, evil.One("Conditions"));
            advice.AppendChild(original);
        }),
        ["signed assertion in StatusDetail beside a forged one"] = () => WrapAssertion((evil, original) =>
        {
            original.ParentNode!.ReplaceChild(evil, original);
            var detail = original.OwnerDocument.CreateElement("samlp", "StatusDetail", SamlNames.Protocol);
            original.OwnerDocument.DocumentElement!.One("Status").AppendChild(detail);
            detail.AppendChild(original);
        }),
        ["encrypted assertion beside a signed one"] = () => SignedAssertion.With("</samlp:Response>", "<saml:EncryptedAssertion/></samlp:Response>"),
        ["forged assertion after the signed one"] = () => WrapAssertion((evil, original) => original.ParentNode!.AppendChild(evil)),
        ["no assertion"] = () => Response.Replace(Assertion, "", StringComparison.Ordinal),
        ["signed assertion not a child of the response"] = () => WrapAssertion((_, original) =>
        {
            var extensions = original.OwnerDocument.CreateElement("samlp", "Extensions", SamlNames.Protocol);
            original.ParentNode!.ReplaceChild(extensions, original);
            extensions.AppendChild(original);
        }),
    };

    public static TheoryData<string> Names => [.. Variants.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Wrapped(string variant) => AssertRefused(AssertionFlaw.NotOneAssertion, Read(Variants[variant]()));

    /// <summary>The same documents with both assertions under one ID, which is how the first readers fell for them.</summary>
    [Theory]
    [InlineData("XSW3: forged assertion before the signed one")]
    [InlineData("XSW4: signed assertion inside a forged one")]
    [InlineData("XSW7: forged assertion in Extensions")]
    [InlineData("XSW8: signed assertion in an Object of the signature in a forged one")]
    public void Wrapped_under_one_ID(string variant) => AssertRefused(AssertionFlaw.DuplicateId, Read(Variants[variant]().With("\"_evil\"", "\"_assertion\"")));

    [Theory]
    [InlineData("Id")]
    [InlineData("id")]
    [InlineData("xml:id")]
    public void Doubled_ID_in_another_spelling_is_refused(string name) =>
        AssertRefused(AssertionFlaw.DuplicateId, Read(SignedAssertion.With("<samlp:Status>", $"<samlp:Status {name}=\"_assertion\">")));

    /// <summary>Below the count of assertions: asked directly, the signature of an element is never that of another.</summary>
    [Fact]
    public void Carrier_of_somebody_elses_signature_is_not_signed_by_it()
    {
        var wrapped = Parse(Variants["XSW6: signed assertion inside its signature in a forged one"]());
        Assert.Equal(AssertionFlaw.Malformed, EnvelopedSignature.Verify(wrapped.ById("_evil"), [IdpPublic], XmlLimits.Message).Flaw);
        wrapped = Parse(Variants["XSW5: forged assertion with the signature, the signed one at the end"]());
        Assert.Equal(AssertionFlaw.SignedElsewhere, EnvelopedSignature.Verify(wrapped.ById("_evil"), [IdpPublic], XmlLimits.Message).Flaw);
        Assert.Equal(AssertionFlaw.NotSigned, EnvelopedSignature.Verify(wrapped.ById("_assertion"), [IdpPublic], XmlLimits.Message).Flaw);
        wrapped = Parse(Variants["XSW8: signed assertion in an Object of the signature in a forged one"]());
        Assert.Equal(AssertionFlaw.SignedElsewhere, EnvelopedSignature.Verify(wrapped.ById("_evil"), [IdpPublic], XmlLimits.Message).Flaw);
        // The same ID: the reference names the carrier, and the carrier is what is digested.
        wrapped = Parse(Variants["XSW5: forged assertion with the signature, the signed one at the end"]().With("\"_evil\"", "\"_assertion\""));
        Assert.Equal(AssertionFlaw.SignatureInvalid, EnvelopedSignature.Verify(wrapped.ById("_assertion"), [IdpPublic], XmlLimits.Message).Flaw);
    }

    [Fact]
    public void What_is_covered_is_handed_out_without_the_signature()
    {
        var (covered, flaw) = EnvelopedSignature.Verify(Parse(SignedAssertion).ById("_assertion"), [IdpPublic], XmlLimits.Message);
        Assert.Equal(AssertionFlaw.None, flaw);
        Assert.Null(covered!.SelectSingleNode("//*[local-name()='Signature']"));
        Assert.Equal(Alice, covered.One("NameID").InnerText);
    }

    static string WrapResponse(Action<XmlElement, XmlElement, XmlElement> arrange)
    {
        var document = Parse(SignedResponse);
        var original = document.DocumentElement!;
        var evil = (XmlElement)original.CloneNode(deep: true);
        evil.RemoveChild(evil.One("Signature"));
        evil.SetAttribute("ID", "_evilResponse");
        Forge((XmlElement)evil.SelectSingleNode("*[local-name()='Assertion']")!);
        var signature = original.One("Signature");
        original.RemoveChild(signature);
        document.ReplaceChild(evil, original);
        arrange(evil, original, signature);
        return document.OuterXml;
    }

    static void PutSignature(XmlElement evil, XmlElement signature) => evil.InsertAfter(signature, evil.One("Issuer"));

    static string WrapAssertion(Action<XmlElement, XmlElement> arrange)
    {
        var document = Parse(SignedAssertion);
        var original = document.ById("_assertion");
        var evil = (XmlElement)original.CloneNode(deep: true);
        evil.RemoveChild(evil.One("Signature"));
        Forge(evil);
        arrange(evil, original);
        return document.OuterXml;
    }

    static void Forge(XmlElement assertion)
    {
        assertion.SetAttribute("ID", "_evil");
        assertion.One("NameID").InnerText = Victim;
    }
}
