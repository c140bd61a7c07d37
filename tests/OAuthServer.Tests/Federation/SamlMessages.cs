using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using OAuthServer.Tests.Support.Providers;

namespace OAuthServer.Tests.Federation;

/// <summary>A service provider of a few lines, and what it sends.</summary>
static class SamlMessages
{
    internal const string Logout = "https://sp.example/saml/logout";

    internal static SamlServiceProviderMetadata Sp { get; } = new("https://sp.example/saml", "https://sp.example/saml/acs");

    internal static SamlAccount Alice { get; } = new("alice", "her:secret")
    {
        Attributes = new Dictionary<string, string[]> { ["mail"] = ["alice@example.com"], ["groups"] = ["staff", "Ärzte <&>"] },
    };

    internal static string Request(SimpleSaml idp) => $"""
        <p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_the-request" Version="2.0"
          IssueInstant="{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}" Destination="{idp.SingleSignOnUrl}" AssertionConsumerServiceURL="{Sp.AssertionConsumerService}">
          <a:Issuer xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">{Sp.EntityId}</a:Issuer>
        </p:AuthnRequest>
        """;

    internal static string LogoutRequest(SimpleSaml idp, XmlElement name) => $"""
        <p:LogoutRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_the-logout" Version="2.0"
          IssueInstant="{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}" Destination="{idp.SingleLogoutUrl}">
          <a:Issuer xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">{Sp.EntityId}</a:Issuer>{name.OuterXml}
        </p:LogoutRequest>
        """;

    internal static string LogoutResponse(SimpleSaml idp, string inResponseTo) => $"""
        <p:LogoutResponse xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_the-answer" Version="2.0" InResponseTo="{inResponseTo}"
          IssueInstant="{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}" Destination="{idp.SingleLogoutUrl}">
          <a:Issuer xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">{Sp.EntityId}</a:Issuer>
          <p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success" /></p:Status>
        </p:LogoutResponse>
        """;

    internal static string Deflated(string parameter, string xml)
    {
        using var deflated = new MemoryStream();
        using (var deflate = new DeflateStream(deflated, CompressionLevel.Optimal))
            deflate.Write(Encoding.UTF8.GetBytes(xml));
        return $"{parameter}={Uri.EscapeDataString(Convert.ToBase64String(deflated.ToArray()))}";
    }

    internal static string Signed(string query, SigningCertificate by)
    {
        using var certificate = by.WithKey();
        query += "&SigAlg=" + Uri.EscapeDataString(SignedXml.XmlDsigRSASHA256Url);
        var signature = certificate.GetRSAPrivateKey()!.SignData(Encoding.ASCII.GetBytes(query), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return query + "&Signature=" + Uri.EscapeDataString(Convert.ToBase64String(signature));
    }

    /// <summary>The redirect binding's signature over the octets of the address before it (SAML bindings, section 3.4.4.1).</summary>
    internal static bool IsSignedAddress(Visit sent, SigningCertificate by)
    {
        using var certificate = by.Public();
        var octets = sent.Url.Query[1..sent.Url.Query.IndexOf("&Signature=", StringComparison.Ordinal)];
        return certificate.GetRSAPublicKey()!.VerifyData(
            Encoding.ASCII.GetBytes(octets), Convert.FromBase64String(sent["Signature"]!), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    internal static XmlDocument Inflated(string message)
    {
        using var inflate = new DeflateStream(new MemoryStream(Convert.FromBase64String(message)), CompressionMode.Decompress);
        var document = new XmlDocument { PreserveWhitespace = true };
        document.Load(inflate);
        return document;
    }
}
