using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OAuthServer.Hosting.Backups;

namespace OAuthServer.Hosting.Tls;

/// <summary>
/// A certificate authority for one machine, and a certificate of it, to try HTTPS with. The authority's key is used once and kept nowhere: whoever
/// trusts it trusts these names and nothing that could be made later.
/// </summary>
static class DevCertificate
{
    internal const string AuthorityFile = "ca.pem";
    internal const string CertificateFile = "server.pem";
    internal const string KeyFile = "server.key";

    /// <summary>Clients refuse certificates that live longer.</summary>
    static readonly TimeSpan Life = TimeSpan.FromDays(397);

    /// <summary>RFC 5280 section 4.2.1.12.</summary>
    static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>Clocks differ.</summary>
    static readonly TimeSpan Before = TimeSpan.FromHours(1);

    /// <summary>Makes the three files.</summary>
    /// <param name="folder">Where to; made when it is not there.</param>
    /// <param name="hosts">Names and addresses that clients may call the server by.</param>
    /// <param name="now">The present.</param>
    /// <exception cref="IOException">One of the files is there already.</exception>
    internal static void Make(string folder, IReadOnlyList<string> hosts, DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        if (new[] { AuthorityFile, CertificateFile, KeyFile }.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists) is { } present)
            throw new IOException($"{present} is there already: remove it, or name another folder.");
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = Authority(authorityKey, hosts[0], now);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Issue(authority, key, hosts, now);
        File.WriteAllText(Path.Combine(folder, AuthorityFile), authority.ExportCertificatePem() + "\n");
        File.WriteAllText(Path.Combine(folder, CertificateFile), certificate.ExportCertificatePem() + "\n");
        PrivateFile.Make(Path.Combine(folder, KeyFile));
        File.WriteAllText(Path.Combine(folder, KeyFile), key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    static X509Certificate2 Authority(ECDsa key, string host, DateTimeOffset now)
    {
        var request = new CertificateRequest($"CN=OAuthServer development authority of {host}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - Before, now + Life);
    }

    static X509Certificate2 Issue(X509Certificate2 authority, ECDsa key, IReadOnlyList<string> hosts, DateTimeOffset now)
    {
        var request = new CertificateRequest("CN=" + hosts[0], key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request.Create(authority, now - Before, now + Life, RandomNumberGenerator.GetBytes(16));
    }
}
