using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Microsoft.AspNetCore.WebUtilities;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Federation.Saml;

public sealed class SamlRequestTests
{
    const string Sso = "https://idp.corp.test/sso";

    static readonly AuthnRequest Request = new("_q", Now, Sso, Sp, Acs)
    {
        ForceAuthn = true,
        IsPassive = true,
        NameIdFormat = SamlNames.PersistentFormat,
        AuthnContexts = [PasswordContext],
    };

    [Fact]
    public void Redirect_carries_the_request_and_a_signature_over_its_octets()
    {
        var url = SamlRequests.RedirectUrl(Request, OurKey, "state/1 +&");
        Assert.StartsWith(Sso + "?SAMLRequest=", url);
        var query = url[(url.IndexOf('?', StringComparison.Ordinal) + 1)..];
        var signed = query[..query.IndexOf("&Signature=", StringComparison.Ordinal)];
        var parameters = QueryHelpers.ParseQuery(query);
        Assert.Equal(["SAMLRequest", "RelayState", "SigAlg", "Signature"], query.Split('&').Select(pair => pair.Split('=')[0]));
        Assert.Equal("state/1 +&", parameters["RelayState"]);
        using var key = Private(OurKey);
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes(signed), Convert.FromBase64String(parameters["Signature"]!), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        AssertRequest(Parse(Inflate(parameters["SAMLRequest"]!)).DocumentElement!);
    }

    [Fact]
    public void Unsigned_redirect_has_no_signature_and_keeps_the_query_of_the_address() =>
        Assert.Matches("^https://idp\\.corp\\.test/sso\\?tenant=1&SAMLRequest=[A-Za-z0-9%]+$", SamlRequests.RedirectUrl(Request with { Destination = Sso + "?tenant=1" }, null, null));

    [Fact]
    public void Posted_request_is_signed_after_its_issuer()
    {
        var document = Parse(Encoding.UTF8.GetString(Convert.FromBase64String(SamlRequests.PostField(Request, OurKey))));
        AssertRequest(document.DocumentElement!);
        Assert.Equal(["Issuer", "Signature", "NameIDPolicy", "RequestedAuthnContext"], document.DocumentElement!.ChildNodes.Cast<XmlNode>().Select(node => node.LocalName));
        Assert.Equal(AssertionFlaw.None, EnvelopedSignature.Verify(document.DocumentElement!, [Public(OurKey)], XmlLimits.Message).Flaw);
    }

    [Fact]
    public void Plain_request_demands_nothing()
    {
        var root = Parse(Encoding.UTF8.GetString(Convert.FromBase64String(SamlRequests.PostField(new AuthnRequest("_q", Now, Sso, Sp, Acs), null)))).DocumentElement!;
        Assert.False(root.HasAttribute("ForceAuthn") || root.HasAttribute("IsPassive"));
        Assert.Equal(["Issuer", "NameIDPolicy"], root.ChildNodes.Cast<XmlNode>().Select(node => node.LocalName));
    }

    [Fact]
    public void Text_is_escaped()
    {
        var root = Parse(Encoding.UTF8.GetString(Convert.FromBase64String(SamlRequests.PostField(new AuthnRequest("_q", Now, Sso + "?a=1&b=\"<", Sp + "<x/>", Acs), OurKey)))).DocumentElement!;
        Assert.Equal(Sso + "?a=1&b=\"<", root.GetAttribute("Destination"));
        Assert.Equal(Sp + "<x/>", root.One("Issuer").InnerText);
    }

    [Fact]
    public void IDs_are_names_and_never_the_same()
    {
        var ids = Enumerable.Range(0, 100).Select(_ => SamlRequests.NewId()).ToList();
        Assert.Equal(100, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^_[0-9a-f]{40}$", id));
    }

    static void AssertRequest(XmlElement root)
    {
        Assert.Equal((SamlNames.Protocol, "AuthnRequest"), (root.NamespaceURI, root.LocalName));
        Assert.Equal(
            ["_q", "2.0", "2026-03-04T05:06:07.000Z", Sso, "true", "true", SamlNames.PostBinding, Acs],
            new[] { "ID", "Version", "IssueInstant", "Destination", "ForceAuthn", "IsPassive", "ProtocolBinding", "AssertionConsumerServiceURL" }.Select(root.GetAttribute));
        Assert.Equal(Sp, root.One("Issuer").InnerText);
        Assert.Equal(SamlNames.PersistentFormat, root.One("NameIDPolicy").GetAttribute("Format"));
        Assert.Equal(PasswordContext, root.One("RequestedAuthnContext").InnerText);
    }

    static string Inflate(string base64)
    {
        using var reader = new StreamReader(new DeflateStream(new MemoryStream(Convert.FromBase64String(base64)), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
