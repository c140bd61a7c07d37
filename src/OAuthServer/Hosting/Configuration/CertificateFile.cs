using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OAuthServer.Hosting.Configuration;

/// <summary>A certificate that a file declares: <c>file:path</c>, or the PEM text itself, which is no secret.</summary>
static class CertificateFile
{
    /// <summary>The certificate as PEM, without whatever else stood beside it; null when there is none, which has been reported then.</summary>
    internal static string? Read(string written, string path, FileReport report)
    {
        if ((SecretReference.Is(written) ? SecretReference.Read(written, path, report) : written) is not { } text)
            return null;
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(text);
            return certificate.ExportCertificatePem();
        }
        catch (CryptographicException)
        {
            report.Add(path, "is no certificate; write \"file:path\" of a PEM file, or the PEM text.");
            return null;
        }
    }
}
