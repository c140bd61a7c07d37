using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Login.History;

/// <summary>What a row says that the record itself does not hold.</summary>
/// <param name="Reference">The name its caller was told.</param>
/// <param name="Username">Whose it was; null for nobody known, or one who has been removed.</param>
/// <param name="App">The app's name; null where none asked, or it has been removed.</param>
/// <param name="BySaml">The identity provider that spoke does so by SAML; false = by OpenID Connect; null = none spoke, or it has been removed.</param>
public sealed record HistoryNames(string Reference, string? Username, string? App, bool? BySaml);

/// <summary>
/// One attempt in the columns of Salesforce's login history (Salesforce contract, section 9), for reports that were made for those. There is
/// no place in it: this server asks nobody where an address lies.
/// </summary>
/// <param name="Reference">Ours: opens the explanation.</param>
/// <param name="Username">Whose it was; null for nobody known, or one who has been removed.</param>
/// <param name="LoginTime">When.</param>
/// <param name="SourceIp">From where.</param>
/// <param name="LoginType">Such as <c>Remote Access 2.0</c>.</param>
/// <param name="LoginSubtype">Such as <c>OAuth Username-Password</c>.</param>
/// <param name="Status">How it ended; see <see cref="HistoryStatus"/>.</param>
/// <param name="Browser">What the caller says to be, such as <c>Chrome 120</c>.</param>
/// <param name="Platform">What it says to run on.</param>
/// <param name="Application">The app, or what the client calls itself.</param>
/// <param name="ClientVersion">What the client says its version is.</param>
/// <param name="ApiType">Such as <c>SOAP Partner</c>; <c>N/A</c> for a login by no such API.</param>
/// <param name="ApiVersion">Such as <c>59.0</c>.</param>
/// <param name="LoginUrl">The name by which the client called this server.</param>
/// <param name="AuthenticationMethodReference">How it was proven (RFC 8176), of those let in; theirs says it of identity providers only.</param>
/// <param name="HttpMethod">Such as <c>POST</c>.</param>
/// <param name="TlsProtocol">Such as <c>TLS 1.3</c>; null where this server did not end TLS itself.</param>
/// <param name="TlsCipherSuite">By its OpenSSL name.</param>
public sealed record HistoryRow(
    string Reference, string? Username, DateTimeOffset LoginTime, string? SourceIp, string LoginType, string LoginSubtype, string Status, string Browser, string Platform,
    string Application, string ClientVersion, string ApiType, string ApiVersion, string? LoginUrl, string AuthenticationMethodReference, string? HttpMethod, string? TlsProtocol, string? TlsCipherSuite)
{
    const string NotKnown = "N/A";

    /// <summary>Pure: the same record always gives the same row.</summary>
    public static HistoryRow Of(LoginRecord record, HistoryNames names)
    {
        var (wire, client) = (RequestWire.Parse(record.Wire), CallOptions.Parse(record.ClientVersion));
        return new(
            names.Reference, names.Username, record.At, record.SourceAddress, LoginTypes.Of(record, names.BySaml), LoginTypes.SubtypeOf(record), HistoryStatus.Of(record),
            UserAgentWords.BrowserOf(record.UserAgent), UserAgentWords.PlatformOf(record.UserAgent),
            ApplicationOf(record, names, client), client.Version ?? NotKnown,
            wire.ApiType ?? NotKnown, wire.ApiVersion ?? NotKnown, wire.Host,
            record.Decision == "allow" ? string.Join(' ', new Assurance(record.Proven, null).Amr) : "", wire.Method, wire.TlsProtocol, CipherNames.Of(wire.TlsCipher));
    }

    /// <summary>All who come by SOAP come by one app, and only what they call themselves tells them apart.</summary>
    static string ApplicationOf(LoginRecord record, HistoryNames names, CallOptions client) => record.Channel switch
    {
        LoginChannel.Browser => names.App ?? "Browser",
        LoginChannel.SoapLogin => client.Name ?? names.App ?? NotKnown,
        _ => names.App ?? client.Name ?? record.ClientId ?? NotKnown,
    };
}
