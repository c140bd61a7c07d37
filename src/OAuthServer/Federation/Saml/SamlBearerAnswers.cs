using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OAuthServer.Federation.Saml;

/// <summary>What a provider's bare assertion means: by which keys it is verified, and whom it speaks of, as a sign-in's would.</summary>
public sealed class SamlBearerAnswers(TimeProvider clock)
{
    /// <summary>Who is said to have issued a bare assertion, to look up the keys; null when it is none. Nothing of it is verified.</summary>
    public static string? IssuerOf(string base64Url) =>
        SafeXml.ReadBase64Url(base64Url, XmlLimits.Message).Document?.DocumentElement is { } root && root.Is(SamlNames.Assertion, "Assertion")
            ? root.Elements(SamlNames.Assertion, "Issuer").FirstOrDefault()?.Text()
            : null;

    /// <summary>The keys that a provider signs with; null when it goes by another name than this.</summary>
    public IReadOnlyList<SamlKey>? KeysOf(ProviderEntry provider, string issuer)
    {
        if (provider.Settings.Saml is not { } saml || saml.EntityId is { } name && name != issuer)
            return null;
        if (provider.Metadata is not { } metadata)
            return saml.EntityId is null ? null : [.. saml.Certificates.Select(Certificate).OfType<X509Certificate2>().Select(SamlKey.Of)];
        // Its own signature was looked at when it was fetched.
        return SamlMetadata.Read(Encoding.UTF8.GetBytes(metadata), saml.EntityId, null, clock.GetUtcNow()) is SamlMetadataReading.Found found && found.Provider.EntityId == issuer
            ? [.. found.Provider.SigningCertificates.Select(SamlKey.Of)]
            : null;
    }

    /// <summary>A reading as an answer of the provider.</summary>
    public ProviderAnswer Of(ProviderEntry provider, SamlReading reading)
    {
        if (reading.Assertion is not { } assertion)
            return new() { Provider = provider, Flaw = reading.Flaw, Checks = reading.Checks };
        var attribute = provider.Settings.Saml!.SubjectAttribute;
        var subject = attribute is null ? assertion.Subject.Value : assertion.Attributes.GetValueOrDefault(attribute) is [var first, ..] ? first : null;
        return string.IsNullOrWhiteSpace(subject) || subject.Length > SamlNameId.MaxLength || subject.Any(char.IsControl)
            || attribute is null && assertion.Subject.Format == SamlNames.TransientFormat
            ? ProviderAnswer.Refused(provider, AssertionFlaw.NoSubject)
            : new()
            {
                Provider = provider,
                Flaw = AssertionFlaw.None,
                Checks = reading.Checks,
                Subject = subject,
                Format = attribute is null ? assertion.Subject.Format ?? "" : "",
                Claims = new(assertion.Attributes, assertion.Attributes.GetValueOrDefault("email_verified")?.Contains("true", StringComparer.Ordinal) == true),
                HasSecondFactor = assertion.Authentication?.ContextClass is { } context && provider.Settings.SecondFactors.Contains(context, StringComparer.Ordinal),
                AuthenticatedAt = assertion.Authentication?.At,
                Once = new(assertion.Id, assertion.UsableUntil),
            };
    }

    static X509Certificate2? Certificate(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
