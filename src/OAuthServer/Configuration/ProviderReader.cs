using System.Text;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;

namespace OAuthServer.Configuration;

/// <summary>Reads providers/*.json. What is behind its references, certificates and metadata, is read here; settings hold the thing itself.</summary>
static class ProviderReader
{
    internal static DeclaredProvider? Read(FileReport report, DeclaredOrg org)
    {
        if (JsonFile.Read(report) is not { } json)
            return null;
        JsonShape.Check(json, report, typeof(ProviderFile), typeof(ProviderSettings));
        var file = JsonShape.Read<ProviderFile>(json);
        var settings = JsonShape.Read<ProviderSettings>(json);
        ProviderRules.Check(file, settings, report);
        var secret = file.ClientSecret is { } text ? DeclaredSecret.Read(text, org.File.Demo, "clientSecret", report, mayKeep: true) : null;
        if (secret is { IsGenerated: true })
            report.Add("clientSecret", "cannot be generated: the provider made it; write \"env:NAME\" or \"file:path\".");
        string? metadata = null;
        if (settings.Saml is { } saml)
        {
            metadata = saml.MetadataFile is { } name ? MetadataOf(name, saml.EntityId, report) : null;
            settings = settings with
            {
                Saml = saml with
                {
                    MetadataFile = Path.GetFileName(saml.MetadataFile), // where it was is nobody's affair any more
                    Certificates = [.. saml.Certificates.Select((written, index) => CertificateFile.Read(written, $"saml.certificates[{index}]", report)).OfType<string>()],
                    MetadataCertificate = saml.MetadataCertificate is { } signer ? CertificateFile.Read(signer, "saml.metadataCertificate", report) : null,
                },
            };
        }
        settings = settings with { Domains = [.. settings.Domains.Select(domain => domain.ToLowerInvariant())] };
        return file.Name is null ? null : new(report, file, settings, secret is { IsGenerated: false } ? secret : null, metadata);
    }

    static string? MetadataOf(string name, string? entityId, FileReport report)
    {
        var file = Path.GetFullPath(name, report.Folder);
        try
        {
            if (new FileInfo(file).Length > ProviderRules.MostMetadata)
            {
                report.Add("saml.metadataFile", $"the file {file} is larger than {ProviderRules.MostMetadata} bytes; keep only this provider's EntityDescriptor.");
                return null;
            }
            var document = File.ReadAllText(file).TrimStart('\uFEFF');
            // Whether they have ended is not asked here: an apply must work on a day when they have.
            if (SamlMetadata.Read(Encoding.UTF8.GetBytes(document), entityId, mustBeSignedBy: null, DateTimeOffset.MinValue) is SamlMetadataReading.Unusable { Problem: var problem })
                report.Add("saml.metadataFile", $"the file {name} is of no use. {problem}");
            return document;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            report.Add("saml.metadataFile", $"the file {file} cannot be read ({failure.GetType().Name}); create it, or correct the path.");
        }
        return null;
    }
}
