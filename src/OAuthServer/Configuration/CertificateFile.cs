using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OAuthServer.Federation.Saml;

namespace OAuthServer.Configuration;

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
            if (!SamlKey.Of(certificate).IsStrong)
                report.Add(path, "has a key by which nothing is believed; use one of RSA with 2048 bits or an elliptic curve of 256 at least.");
            return certificate.ExportCertificatePem();
        }
        catch (CryptographicException)
        {
            report.Add(path, "is no certificate; write \"file:path\" of a PEM file, or the PEM text.");
            return null;
        }
    }
}
