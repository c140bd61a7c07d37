using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OAuthServer.Data;
using OAuthServer.Federation;

namespace OAuthServer.Tests.Federation;

public sealed class ProviderCertificatesTests
{
    static readonly DateTimeOffset End = new(2027, 5, 6, 7, 8, 9, TimeSpan.Zero);

    [Fact]
    public void Certificates_of_metadata_are_those_by_which_assertions_are_believed()
    {
        var (signing, encryption, any) = (Certificate("CN=Signing", End.AddDays(2)), Certificate("CN=Encryption", End.AddDays(1)), Certificate("CN=Any", End));
        var found = ProviderCertificates.Of(Entry(new(), Metadata(("signing", signing), ("encryption", encryption), (null, any))));
        Assert.Equal(
            [("CN=Any", CertificateUse.Signing), ("CN=Signing", CertificateUse.Signing)], // by their end
            found.Select(certificate => (certificate.Subject, certificate.Use)));
        Assert.Equal(End, found[0].NotAfter);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(any.RawData)), found[0].Thumbprint);
    }

    [Fact]
    public void Another_provider_of_a_federation_and_the_signer_of_its_document_do_not_count()
    {
        var (mine, other, signer) = (Certificate("CN=Mine", End), Certificate("CN=Other", End.AddDays(900)), Certificate("CN=Signer", End.AddDays(900)));
        var document = "\ufeff" + $"""
            <md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
              <ds:Signature><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{Convert.ToBase64String(signer.RawData)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>
              {Metadata(("signing", mine))}{Metadata(("signing", other)).Replace("https://idp.test\"", "https://other.test\"", StringComparison.Ordinal)}
            </md:EntitiesDescriptor>
            """;
        Assert.Equal("CN=Mine", Assert.Single(ProviderCertificates.Of(Entry(new() { EntityId = "https://idp.test" }, document))).Subject);
    }

    [Fact]
    public void Certificates_that_are_written_down_are_read_and_one_that_is_there_twice_is_one()
    {
        var certificate = Certificate("CN=Signing", End);
        var saml = new SamlSettings { Certificates = [certificate.ExportCertificatePem()], MetadataCertificate = Certificate("CN=Metadata", End.AddDays(1)).ExportCertificatePem() };
        var found = ProviderCertificates.Of(Entry(saml, Metadata(("signing", certificate))));
        Assert.Equal([CertificateUse.Signing, CertificateUse.Metadata], found.Select(one => one.Use));
    }

    [Theory]
    [InlineData("<a")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>")]
    [InlineData("<KeyDescriptor use='signing'><X509Certificate xmlns='http://www.w3.org/2000/09/xmldsig#'>!!!</X509Certificate></KeyDescriptor>")]
    [InlineData("<KeyDescriptor use='signing'><X509Certificate xmlns='http://www.w3.org/2000/09/xmldsig#'>AAAA</X509Certificate></KeyDescriptor>")]
    public void What_cannot_be_read_is_left_out(string metadata) =>
        Assert.Empty(ProviderCertificates.Of(Entry(new(), metadata)));

    [Fact]
    public void Our_own_is_read_too()
    {
        var certificate = Certificate("CN=Ours", End);
        var key = new ServiceProviderKey { Id = "x", Certificate = certificate.RawData, PrivateKey = [], NotAfter = End };
        Assert.Equal(("CN=Ours", End), (ProviderCertificates.Of(key).Subject, ProviderCertificates.Of(key).NotAfter));
    }

    internal static X509Certificate2 Certificate(string subject, DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(notAfter.AddYears(-2), notAfter);
    }

    internal static string Metadata(params (string? Use, X509Certificate2 Certificate)[] keys) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        <md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://idp.test">
          <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{string.Concat(keys.Select(key => $"""
            <md:KeyDescriptor{(key.Use is null ? "" : $" use=\"{key.Use}\"")}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>
              {Convert.ToBase64String(key.Certificate.RawData, Base64FormattingOptions.InsertLineBreaks)}
            </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
            """))}<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.test/sso"/></md:IDPSSODescriptor>
        </md:EntityDescriptor>
        """);

    static ProviderEntry Entry(SamlSettings saml, string metadata) => new(
        new() { Id = "0SO000000000001", OrgId = "00D000000000001", Name = "saml", Settings = "" }, new() { Label = "SAML", Saml = saml },
        new() { Id = "00D000000000001", Name = "Org", Alias = "org" }, metadata);
}
