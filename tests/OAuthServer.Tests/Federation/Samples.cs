using OAuthServer.Tests.Support.Providers;

namespace OAuthServer.Tests.Federation;

/// <summary>
/// Responses that SimpleSAMLphp 1.19.7 sent, byte for byte, without a request of the service provider (IdP-initiated): all of one provider, for
/// one person, persistent NameID. Made for these tests; the keys open nothing else.
/// </summary>
public static class Samples
{
    /// <summary>The assertion is signed, the response is not.</summary>
    public const string SignedAssertion = "signed-assertion";

    /// <summary>The response is signed, the assertion is not.</summary>
    public const string SignedResponse = "signed-response";

    /// <summary>The assertion is signed and encrypted for <see cref="Sp"/>, then the response is signed.</summary>
    public const string Encrypted = "encrypted";

    public const string Issuer = "http://localhost:37921/saml2/idp/metadata.php";

    public const string Audience = "https://sp.example/saml";

    public const string Recipient = "https://sp.example/saml/acs";

    public const string NameId = "995ad8862860020358933c6710f088730e8bcfbd";

    /// <summary>A moment within the five minutes in which all of them hold.</summary>
    public static DateTimeOffset At { get; } = new(2026, 11, 22, 11, 14, 0, TimeSpan.Zero);

    /// <summary>Signs; its private key is not kept.</summary>
    public static SigningCertificate Idp { get; } = new(File("idp.crt"), "");

    /// <summary>Opens what is encrypted.</summary>
    public static SigningCertificate Sp { get; } = new(File("sp.crt"), File("sp.key"));

    /// <summary>The XML.</summary>
    public static string Text(string name) => File(name + ".xml");

    /// <summary>As it was posted.</summary>
    public static string Posted(string name) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Text(name)));

    static string File(string name) => System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Federation", "Samples", name));
}
