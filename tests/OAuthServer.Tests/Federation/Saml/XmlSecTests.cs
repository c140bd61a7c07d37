using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Tests.Support;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Federation.Saml;

/// <summary>Agreement with an XML security implementation that shares nothing with ours or the platform's: xmlsec1.</summary>
public sealed class XmlSecTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("oauthserver-xmlsec-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("_assertion", "rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256")]
    [InlineData("_response", "rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256")]
    [InlineData("_assertion", "rsa-sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384")]
    [InlineData("_response", "rsa-sha512", "http://www.w3.org/2001/04/xmlenc#sha512")]
    public async Task Signed_by_xmlsec_is_read(string id, string method, string digest) =>
        AssertHonest(Read(await SignAsync(Template(Response, id, method, digest), Pem(IdpKey))));

    [Theory]
    [InlineData("ecdsa-sha256")]
    [InlineData("ecdsa-sha512")]
    public async Task Signed_with_an_elliptic_curve_is_read(string method)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signed = await SignAsync(Template(Response, "_assertion", method, "http://www.w3.org/2001/04/xmlenc#sha256"), key.ExportPkcs8PrivateKeyPem());
        AssertHonest(Read(signed, Expected with { SigningKeys = [IdpPublic, SamlKey.Of(key)] }));
        AssertRefused(AssertionFlaw.SignatureInvalid, Read(signed));
    }

    [Fact]
    public async Task Both_signed_with_prefix_lists_and_odd_namespaces_is_read()
    {
        const string Odd = "<samlp:Extensions xmlns:q=\"urn:q\" xmlns=\"urn:d\" xml:lang=\"de\" q:b=\"2\" a=\"1\"><e xmlns=\"\" a=\"&#9;&#xD;&quot;\">ä\u00a0&gt;]]&gt;<![CDATA[<&]]></e><q:f xmlns:q=\"urn:r\"/></samlp:Extensions><samlp:Status>";
        var response = Response.With("<samlp:Status>", Odd);
        var inner = await SignAsync(Template(response, "_assertion", "rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256", "xs samlp"), Pem(IdpKey));
        var both = await SignAsync(Template(inner, "_response", "rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256", "q #default"), Pem(IdpKey), "Response");
        AssertHonest(Read(both));
    }

    [Theory]
    [InlineData("http://www.w3.org/2009/xmlenc11#aes256-gcm", "aes-256")]
    [InlineData("http://www.w3.org/2009/xmlenc11#aes128-gcm", "aes-128")]
    [InlineData("http://www.w3.org/2001/04/xmlenc#aes256-cbc", "aes-256")]
    public async Task Signed_and_encrypted_by_xmlsec_is_read(string cipher, string sessionKey)
    {
        var signed = await SignAsync(Template(Response, "_assertion", "rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"), Pem(IdpKey));
        var start = signed.IndexOf("<saml:Assertion", StringComparison.Ordinal);
        var end = signed.IndexOf("</saml:Assertion>", StringComparison.Ordinal) + "</saml:Assertion>".Length;
        var encrypted = await EncryptAsync(signed[start..end], cipher, sessionKey);
        var reading = Read(signed[..start] + $"<saml:EncryptedAssertion>{encrypted}</saml:EncryptedAssertion>" + signed[end..]);
        AssertHonest(reading);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>")]
    public async Task Only_inclusive_canonicalization_inherits_the_language_of_the_response(string canonicalization)
    {
        var template = Template(Response.With("<samlp:Response ", "<samlp:Response xml:lang=\"de\" "), "_assertion", "rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256");
        var start = template.IndexOf("<ds:Transform Algorithm=\"http://www.w3.org/2001/10", StringComparison.Ordinal);
        var end = template.IndexOf("</ds:Transforms>", StringComparison.Ordinal);
        AssertHonest(Read(await SignAsync(template[..start] + canonicalization + template[end..], Pem(IdpKey))));
    }

    [Fact]
    public async Task Our_signed_documents_verify_there()
    {
        var request = new AuthnRequest("_q", Now, "https://idp.corp.test/sso", Sp, Acs);
        await VerifyAsync(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(SamlRequests.PostField(request, OurKey))), "AuthnRequest", SamlNames.Protocol);
        var metadata = SamlMetadata.Write(new() { EntityId = Sp, AssertionConsumerServiceUrl = Acs, SigningKeys = [OurKey] }, OurKey);
        await VerifyAsync(metadata, "EntityDescriptor", SamlNames.Metadata);
    }

    static string Template(string xml, string id, string method, string digest, string prefixes = "xs") => xml.Insert(
        xml.IndexOf("</saml:Issuer>", xml.IndexOf($"ID=\"{id}\"", StringComparison.Ordinal), StringComparison.Ordinal) + "</saml:Issuer>".Length,
        $"""
        <ds:Signature xmlns:ds="{SamlNames.Signature}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{SamlNames.ExclusiveCanonicalization}"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#{method}"/><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="{SamlNames.EnvelopedSignature}"/><ds:Transform Algorithm="{SamlNames.ExclusiveCanonicalization}"><ec:InclusiveNamespaces xmlns:ec="{SamlNames.ExclusiveCanonicalization}" PrefixList="{prefixes}"/></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>
        """);

    async Task<string> SignAsync(string template, string pem, string? only = null)
    {
        var (input, key, output) = (File("in.xml", template), File("key.pem", pem), Path.Combine(folder, "out.xml"));
        string[] which = only is null ? [] : ["--node-xpath", $"/*[local-name()='{only}']/*[local-name()='Signature']"];
        await RunAsync([
            "--sign", "--privkey-pem", key, "--id-attr:ID", $"{SamlNames.Protocol}:Response", "--id-attr:ID", $"{SamlNames.Assertion}:Assertion", .. which, "--output", output, input]);
        return await System.IO.File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
    }

    async Task<string> EncryptAsync(string assertion, string cipher, string sessionKey)
    {
        var template = File("template.xml", $"""
            <xenc:EncryptedData xmlns:xenc="{SamlNames.Encryption}" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="{cipher}"/><ds:KeyInfo xmlns:ds="{SamlNames.Signature}"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/><ds:KeyInfo><ds:KeyName/></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>
            """);
        using var certificate = X509CertificateLoader.LoadCertificate(OurKey.Certificate);
        using var rsa = certificate.GetRSAPublicKey()!;
        var output = Path.Combine(folder, "encrypted.xml");
        await RunAsync([
            "--encrypt", "--pubkey-pem", File("public.pem", rsa.ExportSubjectPublicKeyInfoPem()), "--session-key", sessionKey, "--xml-data", File("assertion.xml", assertion), "--output", output, template]);
        var text = await System.IO.File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
        return text[text.IndexOf("<xenc:", StringComparison.Ordinal)..];
    }

    async Task VerifyAsync(string xml, string element, string space)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(OurKey.Certificate);
        using var rsa = certificate.GetRSAPublicKey()!;
        await RunAsync(["--verify", "--pubkey-pem", File("public.pem", rsa.ExportSubjectPublicKeyInfoPem()), "--id-attr:ID", $"{space}:{element}", File("signed.xml", xml)]);
    }

    static Task<string> RunAsync(string[] arguments) => Tool.RunAsync("xmlsec1", "xmlsec1", arguments);

    static string Pem(ServiceProviderKey key)
    {
        using var rsa = Private(key);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    string File(string name, string content)
    {
        var path = Path.Combine(folder, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }
}
