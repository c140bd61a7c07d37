using System.Security.Authentication;
using Microsoft.AspNetCore.Connections.Features;

namespace OAuthServer.Login;

/// <summary>
/// How a login came over the wire, for the history's columns (Salesforce contract, section 9). Kept with the record as one text, because nobody
/// searches by it and every login pays for a column.
/// </summary>
public sealed record RequestWire
{
    const char Separator = '\t';

    /// <summary>Such as POST.</summary>
    public string? Method { get; init; }

    /// <summary>The name (and port) by which the client called this server.</summary>
    public string? Host { get; init; }

    /// <summary>Such as <c>TLS 1.3</c>; null without TLS, or where a proxy ended it and nobody here knows.</summary>
    public string? TlsProtocol { get; init; }

    /// <summary>Such as TLS_AES_256_GCM_SHA384.</summary>
    public string? TlsCipher { get; init; }

    /// <summary>Such as <c>SOAP Partner</c>; null where the login was by no API of that model.</summary>
    public string? ApiType { get; init; }

    /// <summary>Such as <c>59.0</c>.</summary>
    public string? ApiVersion { get; init; }

    internal static RequestWire Of(HttpContext context)
    {
        var tls = context.Features.Get<ITlsHandshakeFeature>();
        return new()
        {
            Method = RequestContext.Bounded(context.Request.Method),
            Host = RequestContext.Bounded(context.Request.Host.Value),
            TlsProtocol = tls?.Protocol switch
            {
                SslProtocols.Tls13 => "TLS 1.3",
                SslProtocols.Tls12 => "TLS 1.2",
                _ => null,
            },
            TlsCipher = tls?.NegotiatedCipherSuite?.ToString(),
        };
    }

    /// <summary>What a record keeps.</summary>
    public static RequestWire Parse(string? text) => text?.Split(Separator) is [var method, var host, var protocol, var cipher, var type, var version]
        ? new()
        {
            Method = Known(method),
            Host = Known(host),
            TlsProtocol = Known(protocol),
            TlsCipher = Known(cipher),
            ApiType = Known(type),
            ApiVersion = Known(version),
        }
        : new();

    /// <inheritdoc />
    public override string ToString() => string.Join(Separator, Method, Host, TlsProtocol, TlsCipher, ApiType, ApiVersion);

    static string? Known(string text) => text.Length == 0 ? null : text;
}
