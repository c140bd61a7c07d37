using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using static OAuthServer.Federation.Saml.SamlMetadataReading;

namespace OAuthServer.Federation.Saml;

/// <summary>Metadata (SAML metadata 2.0): reads theirs, writes ours.</summary>
public static partial class SamlMetadata
{
    const int MostCertificates = 20;
    const int MostUrl = 2048;

    /// <summary>The identity provider that a document describes.</summary>
    /// <param name="xml">An EntityDescriptor, or EntitiesDescriptors that hold it; 2 MB at the most.</param>
    /// <param name="entityId">Which; null: the only identity provider in it.</param>
    /// <param name="mustBeSignedBy">The certificate whose key must have signed the document as a whole; null: a signature is not looked at, which is for files and
    /// addresses that are trusted for where they come from.</param>
    /// <param name="now">Metadata that has ended is refused.</param>
    public static SamlMetadataReading Read(byte[] xml, string? entityId, X509Certificate2? mustBeSignedBy, DateTimeOffset now)
    {
        var (document, flaw) = SafeXml.Read(xml, XmlLimits.Metadata);
        if (document is null)
            return new Unusable($"The metadata cannot be read: {Sentence(flaw)}.");
        var root = document.DocumentElement!;
        if (mustBeSignedBy is not null)
        {
            var (covered, problem) = EnvelopedSignature.Verify(root, [SamlKey.Of(mustBeSignedBy)], XmlLimits.Metadata);
            if (covered is null)
                return new Unusable($"The metadata is not signed as it must be: {Sentence(problem)}.");
            root = covered;
        }
        var found = Entities(root).Where(entity => entityId is null || entity.Attribute("entityID") == entityId)
            .SelectMany(entity => entity.Elements(SamlNames.Metadata, "IDPSSODescriptor").Where(SpeaksSaml2)).Take(2).ToList();
        return found switch
        {
            [] => new Unusable(entityId is null ? "The metadata describes no SAML 2.0 identity provider." : $"The metadata does not describe the identity provider {Short(entityId)}."),
            [var role] => OfRole(role, now),
            _ => new Unusable("The metadata describes several identity providers; say which by its entity id."),
        };
    }

    /// <summary>True when two documents say the same of a provider. Some are made anew at each request, with another ID and signature.</summary>
    internal static bool TellTheSame(string one, string other, string? entityId) =>
        Of(one, entityId) is { } first && Of(other, entityId) is { } second
        && first with { SigningCertificates = second.SigningCertificates, NameIdFormats = second.NameIdFormats } == second
        && first.NameIdFormats.SequenceEqual(second.NameIdFormats, StringComparer.Ordinal)
        && first.SigningCertificates.Select(c => c.Thumbprint).SequenceEqual(second.SigningCertificates.Select(c => c.Thumbprint), StringComparer.Ordinal);

    static SamlIdentityProvider? Of(string document, string? entityId) =>
        Read(Encoding.UTF8.GetBytes(document), entityId, mustBeSignedBy: null, DateTimeOffset.MinValue) is Found found ? found.Provider : null;

    static SamlMetadataReading OfRole(XmlElement role, DateTimeOffset now)
    {
        var lineage = Lineage(role).ToList();
        var ends = lineage.Select(element => element.Attribute("validUntil")).OfType<string>().Select(ElementReading.Time).ToList();
        var durations = lineage.Select(element => element.Attribute("cacheDuration")).OfType<string>().Select(Duration).ToList();
        if (ends.Contains(null) || durations.Contains(null))
            return new Unusable("The metadata says until when it is valid in a form that cannot be read.");
        if (ends.Min() is { } end && end <= now)
            return new Unusable($"The metadata ended at {ElementReading.Written(end)}.");
        if (((XmlElement)role.ParentNode!).Attribute("entityID") is not { Length: > 0 and <= 1024 } name)
            return new Unusable("The metadata names its provider with no entity id, or one of more than 1024 characters.");
        var certificates = Certificates(role);
        if (certificates is null)
            return new Unusable($"A signing certificate of {name} cannot be read, or there are more than {MostCertificates}.");
        if (!certificates.Exists(certificate => SamlKey.Of(certificate).IsStrong))
            return new Unusable($"The metadata lists no signing certificate of {name} with an RSA key of 2048 bits or an elliptic curve of 256.");
        var services = role.Elements().Where(element => element.NamespaceURI == SamlNames.Metadata && element.LocalName is "SingleSignOnService" or "SingleLogoutService").ToList();
        if (services.Find(service => !IsUsable(service.UriAttribute("Location")) || service.UriAttribute("ResponseLocation") is { } response && !IsUsable(response)) is { } bad)
            return new Unusable($"An address of {name} is not https (http only on this machine): {Short(bad.UriAttribute("Location"))}.");
        var (redirect, post) = (Service(services, "SingleSignOnService", SamlNames.RedirectBinding), Service(services, "SingleSignOnService", SamlNames.PostBinding));
        if (redirect is null && post is null)
            return new Unusable($"The metadata of {name} has no address for sign-ins by redirect or post.");
        return new Found(new(
            name, redirect?.Url, post?.Url, Service(services, "SingleLogoutService", SamlNames.RedirectBinding), Service(services, "SingleLogoutService", SamlNames.PostBinding),
            certificates, role.UriAttribute("WantAuthnRequestsSigned") is "true" or "1",
            [.. role.Elements(SamlNames.Metadata, "NameIDFormat").Select(format => format.UriText()).OfType<string>()], ends.Min(), durations.Min()));
    }

    static IEnumerable<XmlElement> Entities(XmlElement root) => root.Is(SamlNames.Metadata, "EntitiesDescriptor")
        ? root.Elements().SelectMany(Entities) : root.Is(SamlNames.Metadata, "EntityDescriptor") ? [root] : [];

    static bool SpeaksSaml2(XmlElement role) =>
        role.Attribute("protocolSupportEnumeration")?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Contains(SamlNames.Protocol, StringComparer.Ordinal) == true;

    static IEnumerable<XmlElement> Lineage(XmlElement role)
    {
        for (var element = role; element is not null; element = element.ParentNode as XmlElement)
            yield return element;
    }

    /// <summary>Of keys for signing, or for anything; null when one cannot be read. Keys without a certificate are passed over.</summary>
    static List<X509Certificate2>? Certificates(XmlElement role)
    {
        var elements = role.Elements(SamlNames.Metadata, "KeyDescriptor").Where(key => key.Attribute("use") is null or "signing")
            .SelectMany(key => key.Elements(SamlNames.Signature, "KeyInfo")).SelectMany(info => info.Elements(SamlNames.Signature, "X509Data"))
            .SelectMany(data => data.Elements(SamlNames.Signature, "X509Certificate")).Take(MostCertificates + 1).ToList();
        if (elements.Count > MostCertificates)
            return null;
        var certificates = elements.Select(Certificate).ToList();
        return certificates.Contains(null) ? null : [.. certificates.OfType<X509Certificate2>().DistinctBy(certificate => certificate.Thumbprint, StringComparer.Ordinal)];
    }

    static X509Certificate2? Certificate(XmlElement element)
    {
        try
        {
            return element.Octets() is { } der ? X509CertificateLoader.LoadCertificate(der) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    static SamlEndpoint? Service(List<XmlElement> services, string name, string binding) =>
        services.Find(service => service.LocalName == name && service.UriAttribute("Binding") == binding) is { } found
            ? new(found.UriAttribute("Location")!, found.UriAttribute("ResponseLocation") ?? found.UriAttribute("Location")!) : null;

    static bool IsUsable(string? url) => url is { Length: <= MostUrl } && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0
        && uri.Fragment.Length == 0 && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    static TimeSpan? Duration(string text)
    {
        try
        {
            return XmlConvert.ToTimeSpan(text.Trim()) is { Ticks: > 0 } duration ? duration : null;
        }
        catch (Exception problem) when (problem is FormatException or OverflowException)
        {
            return null;
        }
    }

    static string Short(string? text) => text is { Length: > 200 } ? text[..200] + "..." : text ?? "";

    static string Sentence(AssertionFlaw flaw) => flaw switch
    {
        AssertionFlaw.TooLarge => "it is too large or too deep",
        AssertionFlaw.DocumentType => "it declares a document type",
        AssertionFlaw.DuplicateId => "two elements have one ID",
        AssertionFlaw.NotSigned => "it bears no signature",
        AssertionFlaw.SignedElsewhere => "the signature is of something else than the document",
        AssertionFlaw.WeakSignature => "the signature uses a method or key that is not taken",
        AssertionFlaw.SignatureInvalid => "the signature does not verify with the given certificate",
        _ => "it is not well-formed",
    };
}
