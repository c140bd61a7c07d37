using OAuthServer.Federation;

namespace OAuthServer.Hosting.Configuration;

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
        var secret = file.ClientSecret is { } text ? DeclaredSecret.Read(text, org.File.Demo, "clientSecret", report) : null;
        if (secret is { IsGenerated: true })
            report.Add("clientSecret", "cannot be generated: the provider made it; write \"env:NAME\" or \"file:path\".");
        string? metadata = null;
        if (settings.Saml is { } saml)
        {
            metadata = saml.MetadataFile is { } name ? MetadataOf(name, report) : null;
            settings = settings with
            {
                Saml = saml with
                {
                    Certificates = [.. saml.Certificates.Select((written, index) => CertificateFile.Read(written, $"saml.certificates[{index}]", report)).OfType<string>()],
                    MetadataCertificate = saml.MetadataCertificate is { } signer ? CertificateFile.Read(signer, "saml.metadataCertificate", report) : null,
                },
            };
        }
        settings = settings with { Domains = [.. settings.Domains.Select(domain => domain.ToLowerInvariant())] };
        return file.Name is null ? null : new(report, file, settings, secret is { IsGenerated: false } ? secret : null, metadata);
    }

    static string? MetadataOf(string name, FileReport report)
    {
        var file = Path.GetFullPath(name, report.Folder);
        try
        {
            if (new FileInfo(file).Length <= ProviderRules.MostMetadata)
                return File.ReadAllText(file);
            report.Add("saml.metadataFile", $"the file {file} is larger than {ProviderRules.MostMetadata} bytes; keep only this provider's EntityDescriptor.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            report.Add("saml.metadataFile", $"the file {file} cannot be read ({problem.GetType().Name}); create it, or correct the path.");
        }
        return null;
    }
}
