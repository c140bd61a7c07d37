using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OAuthServer.Administration.Server;

namespace OAuthServer.Hosting.Tls;

/// <summary>
/// The certificate in use, read again when its files have changed, so that a renewal needs no restart. Files that are just being written, or
/// do not fit each other, change nothing: the last good pair goes on, and the log says so once for each state of the files.
/// </summary>
public sealed partial class ServerCertificate : IDisposable
{
    /// <summary>Files are looked at so often at most, and only when somebody connects.</summary>
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    readonly TlsOptions files;
    readonly TimeProvider clock;
    readonly ILogger<ServerCertificate> log;
    readonly Lock looking = new();
    volatile SslStreamCertificateContext current;
    string seen;
    long lookedAt;

    /// <exception cref="InvalidOperationException">The files cannot be used: the server does not start with them.</exception>
    public ServerCertificate(TlsOptions files, TimeProvider clock, ILogger<ServerCertificate> log)
    {
        (this.files, this.clock, this.log) = (files, clock, log);
        (seen, lookedAt) = (StateOfFiles(), clock.GetTimestamp());
        try
        {
            current = Load(files);
        }
        catch (Exception problem) when (IsOfFiles(problem))
        {
            throw new InvalidOperationException($"The certificate {files.CertificateFile} and the key {files.KeyFile} cannot be used: {problem.Message}", problem);
        }
    }

    /// <summary>What a connection is answered with.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            if (clock.GetElapsedTime(Interlocked.Read(ref lookedAt)) >= LookEvery)
                Look();
            return current;
        }
    }

    /// <summary>What administrators are shown of it.</summary>
    public HttpsCertificate Describe(DateTimeOffset now)
    {
        var certificate = Current.TargetCertificate;
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())));
        var ends = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        return new([.. names], certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true), ends, (int)Math.Floor((ends - now).TotalDays));
    }

    /// <summary>Reads a certificate with its issuers and its key.</summary>
    /// <exception cref="CryptographicException">They are no such thing, or do not fit.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not be read.</exception>
    public static SslStreamCertificateContext Load(TlsOptions files)
    {
        using var pem = X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(files.CertificateFile);
        // Through PKCS#12, because TLS takes no key on some systems that was not stored in that form.
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        return SslStreamCertificateContext.Create(certificate, [.. chain.Skip(1)], offline: true);
    }

    /// <summary>What reading the files may end with.</summary>
    internal static bool IsOfFiles(Exception problem) => problem is CryptographicException or IOException or UnauthorizedAccessException;

    void Look()
    {
        lock (looking)
        {
            if (clock.GetElapsedTime(lookedAt) < LookEvery)
                return;
            Interlocked.Exchange(ref lookedAt, clock.GetTimestamp());
            var state = StateOfFiles();
            if (state == seen)
                return;
            seen = state;
            try
            {
                current = Load(files);
                LogRead(files.CertificateFile, current.TargetCertificate.NotAfter.ToUniversalTime());
            }
            catch (Exception problem) when (IsOfFiles(problem))
            {
                LogUnusable(files.CertificateFile, files.KeyFile, problem.Message);
            }
        }
    }

    /// <summary>
    /// What is in the files, or why that cannot be told. Their times would not do: of a link they are the link's own, and where a link within the
    /// path is turned to another directory (which is how Kubernetes renews what it mounts) no time changes at all.
    /// </summary>
    string StateOfFiles()
    {
        try
        {
            return DigestOf(files.CertificateFile) + DigestOf(files.KeyFile);
        }
        catch (Exception problem) when (IsOfFiles(problem))
        {
            return problem.Message;
        }
    }

    static string DigestOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexString(SHA256.HashData(stream));
    }

    [LoggerMessage(LogLevel.Information, "The certificate {File} was read again; it ends on {NotAfter:u}.")]
    private partial void LogRead(string file, DateTime notAfter);

    [LoggerMessage(LogLevel.Error, "The certificate {File} and the key {Key} have changed and cannot be used; the last ones go on: {Problem}")]
    private partial void LogUnusable(string file, string key, string problem);

    /// <inheritdoc />
    public void Dispose() => current.TargetCertificate.Dispose();
}
