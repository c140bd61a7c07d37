using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Federation.Saml;

public sealed class EncryptionTests
{
    const string OaepSha1 = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
    const string Oaep11 = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
    const string Sha256Parts = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><xenc11:MGF xmlns:xenc11=\"http://www.w3.org/2009/xmlenc11#\" Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\"/>";

    [Theory]
    [InlineData("http://www.w3.org/2009/xmlenc11#aes128-gcm", 16)]
    [InlineData("http://www.w3.org/2009/xmlenc11#aes192-gcm", 24)]
    [InlineData("http://www.w3.org/2009/xmlenc11#aes256-gcm", 32)]
    [InlineData("http://www.w3.org/2001/04/xmlenc#aes128-cbc", 16)]
    [InlineData("http://www.w3.org/2001/04/xmlenc#aes192-cbc", 24)]
    [InlineData("http://www.w3.org/2001/04/xmlenc#aes256-cbc", 32)]
    public void Encrypted_assertion_that_is_signed_inside_is_read(string cipher, int bytes)
    {
        var reading = Read(Encrypt(SignedAssertion, new() { Cipher = cipher, KeyBytes = bytes }));
        AssertHonest(reading);
        Assert.Contains(Alice, reading.Xml);
        AssertHonest(Read(Encrypt(SignedAssertion, new() { Cipher = cipher, KeyBytes = bytes, Beside = true })));
    }

    [Fact]
    public void Newer_OAEP_with_SHA256_is_read() => AssertHonest(Read(Encrypt(SignedAssertion, new() { Wrapping = Oaep11, Padding = RSAEncryptionPadding.OaepSHA256, WrappingParts = Sha256Parts })));

    [Fact]
    public void Encrypted_assertion_within_a_signed_response_is_read()
    {
        AssertHonest(Read(SamlSigner.Sign(Encrypt(Response, new()), "_response")));
        AssertHonest(Read(SamlSigner.Sign(Encrypt(SignedAssertion, new()), "_response")));
    }

    [Fact]
    public void Any_of_our_keys_opens() => AssertHonest(Read(Encrypt(SignedAssertion, new()), Expected with { DecryptionKeys = [Stranger, OurKey] }));

    [Fact]
    public void Encryption_is_no_signature()
    {
        AssertRefused(AssertionFlaw.NotSigned, Read(Encrypt(Response, new())));
        AssertRefused(AssertionFlaw.SignatureInvalid, Read(Encrypt(SignedAssertion.With(Alice, Victim), new())));
        AssertRefused(AssertionFlaw.SignatureInvalid, Read(Encrypt(new SamlSigner { Key = Private(Stranger) }.SignElement(Response, "_assertion"), new())));
    }

    [Fact]
    public void Signature_of_the_response_is_verified_before_anything_is_opened()
    {
        var changed = SamlSigner.Sign(Encrypt(Response, new()), "_response");
        AssertRefused(AssertionFlaw.SignatureInvalid, Read(Tamper(changed)));
    }

    public static TheoryData<string> Failures => [.. Broken.Keys];

    static readonly Dictionary<string, Func<string>> Broken = new(StringComparer.Ordinal)
    {
        ["RSA 1.5"] = () => Encrypt(SignedAssertion, new() { Wrapping = "http://www.w3.org/2001/04/xmlenc#rsa-1_5", Padding = RSAEncryptionPadding.Pkcs1 }),
        ["RSA 1.5 called OAEP"] = () => Encrypt(SignedAssertion, new() { Padding = RSAEncryptionPadding.Pkcs1 }),
        ["Triple DES"] = () => Encrypt(SignedAssertion, new()).With("http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"),
        ["GCM called CBC"] = () => Encrypt(SignedAssertion, new()).With("http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2001/04/xmlenc#aes256-cbc"),
        ["key of another length"] = () => Encrypt(SignedAssertion, new() { KeyBytes = 16 }),
        ["for somebody else"] = () => Encrypt(SignedAssertion, new() { For = Stranger }),
        ["OAEP label"] = () => Encrypt(SignedAssertion, new() { WrappingParts = "<xenc:OAEPparams>AAAA</xenc:OAEPparams>" }),
        ["OAEP with two hashes"] = () => Encrypt(SignedAssertion, new() { WrappingParts = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>" }),
        ["changed ciphertext, GCM"] = () => Tamper(Encrypt(SignedAssertion, new())),
        ["changed ciphertext, CBC"] = () => Tamper(Encrypt(SignedAssertion, new() { Cipher = "http://www.w3.org/2001/04/xmlenc#aes256-cbc" })),
        ["padding of nothing, CBC"] = () => Encrypt(SignedAssertion, new() { Cipher = "http://www.w3.org/2001/04/xmlenc#aes256-cbc", PaddingOctet = 0 }),
        ["padding of 17, CBC"] = () => Encrypt(SignedAssertion, new() { Cipher = "http://www.w3.org/2001/04/xmlenc#aes256-cbc", PaddingOctet = 17 }),
        ["short ciphertext"] = () => Encrypt(SignedAssertion, new() { Cut = 20 }),
        ["no wrapped key"] = () => Encrypt(SignedAssertion, new()).With("xenc:EncryptedKey", "xenc:Else"),
        ["no ciphertext"] = () => Encrypt(SignedAssertion, new()).With("xenc:CipherData", "xenc:Else"),
        ["empty"] = () => Encrypt(SignedAssertion, new()).With("xenc:EncryptedData", "xenc:Else"),
        ["something else inside"] = () => Encrypt(SignedAssertion, new() { Plaintext = "<a/>" }),
        ["no XML inside"] = () => Encrypt(SignedAssertion, new() { Plaintext = "alice" }),
        ["two assertions inside"] = () => Encrypt(SignedAssertion, new() { Plaintext = Assertion + Assertion }),
        ["document type inside"] = () => Encrypt(SignedAssertion, new() { Plaintext = "<!DOCTYPE a [<!ENTITY b 'c'>]>" + Assertion }),
        ["comment inside"] = () => Encrypt(SignedAssertion, new() { Plaintext = Assertion.With(Alice, $"{Victim}<!-- -->.evil.test") }),
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Every_failure_to_open_is_one_flaw(string failure) => AssertRefused(AssertionFlaw.NotDecrypted, Read(Broken[failure]()));

    [Fact]
    public void Without_keys_of_ours_encrypted_assertions_are_refused() =>
        AssertRefused(AssertionFlaw.NotDecrypted, Read(Encrypt(SignedAssertion, new()), Expected with { DecryptionKeys = [] }));

    [Fact]
    public void Assertion_within_the_encrypted_one_is_refused() => AssertRefused(
        AssertionFlaw.NotOneAssertion, Read(Encrypt(SignedAssertion, new() { Plaintext = SamlSigner.Sign(Assertion, "_assertion").With("<saml:Subject>", "<saml:Advice><saml:Assertion/></saml:Advice><saml:Subject>") })));

    internal sealed record Encryption
    {
        internal string Cipher { get; init; } = "http://www.w3.org/2009/xmlenc11#aes256-gcm";

        internal int KeyBytes { get; init; } = 32;

        internal string Wrapping { get; init; } = OaepSha1;

        internal string WrappingParts { get; init; } = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"/>";

        internal RSAEncryptionPadding Padding { get; init; } = RSAEncryptionPadding.OaepSHA1;

        internal ServiceProviderKey For { get; init; } = OurKey;

        internal bool Beside { get; init; }

        internal string? Plaintext { get; init; }

        internal byte? PaddingOctet { get; init; }

        internal int? Cut { get; init; }
    }

    /// <summary>The response with its assertion encrypted as it stands.</summary>
    internal static string Encrypt(string response, Encryption how)
    {
        var start = response.IndexOf("<saml:Assertion", StringComparison.Ordinal);
        var end = response.IndexOf("</saml:Assertion>", StringComparison.Ordinal) + "</saml:Assertion>".Length;
        var key = RandomNumberGenerator.GetBytes(how.KeyBytes);
        var cipher = Cipher(how, key, Encoding.UTF8.GetBytes(how.Plaintext ?? response[start..end]));
        using var certificate = X509CertificateLoader.LoadCertificate(how.For.Certificate);
        using var rsa = certificate.GetRSAPublicKey()!;
        var wrapped = $"<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm=\"{how.Wrapping}\">{how.WrappingParts}</xenc:EncryptionMethod>{Data(rsa.Encrypt(key, how.Padding))}</xenc:EncryptedKey>";
        var inside = how.Beside ? "<ds:KeyInfo><ds:RetrievalMethod URI=\"#_key\"/></ds:KeyInfo>" : $"<ds:KeyInfo>{wrapped}</ds:KeyInfo>";
        return response[..start] + $"""
            <saml:EncryptedAssertion xmlns:xenc="{SamlNames.Encryption}" xmlns:ds="{SamlNames.Signature}"><xenc:EncryptedData Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="{how.Cipher}"/>{inside}{Data(cipher)}</xenc:EncryptedData>{(how.Beside ? wrapped : "")}</saml:EncryptedAssertion>
            """ + response[end..];
    }

    static string Data(byte[] octets) => $"<xenc:CipherData><xenc:CipherValue>{Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks)}</xenc:CipherValue></xenc:CipherData>";

    static byte[] Cipher(Encryption how, byte[] key, byte[] plaintext)
    {
        byte[] result;
        if (how.Cipher.EndsWith("gcm", StringComparison.Ordinal))
        {
            using var gcm = new AesGcm(key, 16);
            var (nonce, cipher, tag) = (RandomNumberGenerator.GetBytes(12), new byte[plaintext.Length], new byte[16]);
            gcm.Encrypt(nonce, plaintext, cipher, tag);
            result = [.. nonce, .. cipher, .. tag];
        }
        else
        {
            using var aes = Aes.Create();
            aes.Key = key;
            var padding = 16 - (plaintext.Length % 16);
            byte[] padded = [.. plaintext, .. RandomNumberGenerator.GetBytes(padding - 1), how.PaddingOctet ?? (byte)padding];
            var iv = RandomNumberGenerator.GetBytes(16);
            result = [.. iv, .. aes.EncryptCbc(padded, iv, PaddingMode.None)];
        }
        return how.Cut is { } length ? result[..length] : result;
    }

    /// <summary>Flips a bit in the middle of the last CipherValue, which is the data's.</summary>
    static string Tamper(string response)
    {
        var document = Parse(response);
        var value = document.SelectNodes("//*[local-name()='CipherValue']")!.Cast<System.Xml.XmlElement>().Last();
        var octets = Convert.FromBase64String(value.InnerText);
        octets[octets.Length / 2] ^= 1;
        value.InnerText = Convert.ToBase64String(octets);
        return document.OuterXml;
    }
}
