namespace OAuthServer.Hosting.Tls;

/// <summary>The certificate under which this server itself speaks HTTPS, without a proxy that does it.</summary>
public sealed record TlsOptions
{
    /// <summary>PEM: the server's certificate first, then its issuers.</summary>
    public required string CertificateFile { get; init; }

    /// <summary>PEM: its private key, unencrypted.</summary>
    public required string KeyFile { get; init; }

    /// <summary>How many days a browser keeps to HTTPS after a visit (RFC 6797); 0 = says nothing of it.</summary>
    public int HstsDays { get; init; } = 365;
}
