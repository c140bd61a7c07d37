using OAuthServer.Configuration;
using OAuthServer.Hosting.Tls;

namespace OAuthServer.Hosting.Configuration;

/// <summary>The certificate as it is written.</summary>
sealed record TlsFile
{
    /// <summary>A PEM file: the certificate first, then its issuers.</summary>
    public required string Certificate { get; init; }

    /// <summary>A PEM file with its private key.</summary>
    public required string Key { get; init; }

    public int HstsDays { get; init; } = 365;
}

/// <summary>Reads the section <c>tls</c>. It goes with addresses that begin with https, and they with it.</summary>
static class TlsSection
{
    internal static TlsOptions? Read(ServerFile file, FileReport report)
    {
        var isHttps = file.Listen?.Split(';').Any(address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) == true;
        if (file.Tls is not { Certificate: { } certificate, Key: { } key } tls)
        {
            if (isHttps && file.Tls is null)
                report.Add("listen", "names an https address, for which a certificate is needed; write \"tls\": { \"certificate\": \"…\", \"key\": \"…\" }, or let a proxy end TLS and listen on http.");
            return null;
        }
        if (!isHttps)
            report.Add("tls", "is not used: no address in \"listen\" begins with https.");
        var options = new TlsOptions { CertificateFile = Path.GetFullPath(certificate, report.Folder), KeyFile = Path.GetFullPath(key, report.Folder), HstsDays = tls.HstsDays };
        try
        {
            ServerCertificate.Load(options).TargetCertificate.Dispose();
        }
        catch (Exception problem) when (ServerCertificate.IsOfFiles(problem))
        {
            report.Add("tls", $"the certificate and its key cannot be used: {problem.Message}");
        }
        return options;
    }
}
