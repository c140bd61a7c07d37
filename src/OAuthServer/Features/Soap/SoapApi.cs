using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.Soap;

/// <summary>One SOAP API of one version, as the path of a call names it (Salesforce contract, section 5).</summary>
/// <param name="Kind"><c>u</c>, the partner's, or <c>c</c>, the enterprise's.</param>
/// <param name="Version">Such as 64; null where the path names none that there is.</param>
sealed record SoapApi(char Kind, int? Version)
{
    /// <summary>The last version that has <c>login()</c>.</summary>
    internal const int LastWithLogin = 64;

    /// <summary>Of calls, answers and their elements.</summary>
    internal string Namespace => IsPartner ? "urn:partner.soap.sforce.com" : "urn:enterprise.soap.sforce.com";

    internal string FaultNamespace => IsPartner ? "urn:fault.partner.soap.sforce.com" : "urn:fault.enterprise.soap.sforce.com";

    /// <summary>As the login history calls it.</summary>
    internal string Name => IsPartner ? "SOAP Partner" : "SOAP Enterprise";

    /// <summary>As it stands in paths.</summary>
    internal string VersionText => ApiVersions.Text(Version ?? ApiVersions.Last);

    bool IsPartner => Kind == 'u';

    /// <summary>The API of a path after <c>/services/Soap/</c>: kind, version, and maybe an organization, which the session says better. Null when it names none.</summary>
    internal static SoapApi? Parse(string? path) =>
        path?.Split('/', StringSplitOptions.RemoveEmptyEntries) is { Length: 2 or 3 } parts && parts[0] is "u" or "c" ? new(parts[0][0], ApiVersions.Parse(parts[1])) : null;

    /// <summary>Where a session goes on: this API, or <c>m</c> for metadata, of the same version.</summary>
    internal string UrlFor(PublicUrl publicUrl, string orgId, char? kind = null) => publicUrl.At($"{Routes.Soap}/{kind ?? Kind}/{VersionText}/{RecordId.Short(orgId)}");
}
