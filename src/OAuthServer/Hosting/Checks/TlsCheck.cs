using System.Globalization;
using OAuthServer.Hosting.Tls;

namespace OAuthServer.Hosting.Checks;

/// <summary>Can the server speak HTTPS, and for how long yet?</summary>
static class TlsCheck
{
    const string Subject = "https";

    /// <summary>Renewals that run by themselves have run by then.</summary>
    const int DaysToWarn = 21;

    internal static void Run(TlsOptions? options, string publicUrl, DateTimeOffset now, List<Finding> findings)
    {
        if (options is null)
            return;
        try
        {
            using var certificate = ServerCertificate.Load(options).TargetCertificate;
            var (days, ends) = ((int)(certificate.NotAfter.ToUniversalTime() - now.UtcDateTime).TotalDays, certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            if (certificate.NotAfter.ToUniversalTime() <= now.UtcDateTime)
                findings.Fail(Subject, $"the certificate {options.CertificateFile} ended on {ends}; put a new one in its place, the server reads it by itself.");
            else if (!certificate.MatchesHostname(new Uri(publicUrl).Host))
                findings.Fail(Subject, $"the certificate {options.CertificateFile} is not for {new Uri(publicUrl).Host}, the name in publicUrl.");
            else if (days < DaysToWarn)
                findings.Warn(Subject, $"the certificate {options.CertificateFile} ends on {ends}; renew it, the server reads the new one by itself.");
            else
                findings.Ok(Subject, $"the certificate is good until {ends}.");
        }
        catch (Exception problem) when (ServerCertificate.IsOfFiles(problem))
        {
            findings.Fail(Subject, $"the certificate {options.CertificateFile} and the key {options.KeyFile} cannot be used: {problem.Message}");
        }
    }
}
