using OAuthServer.Http;

namespace OAuthServer.Features.Token.Grants;

/// <summary>Whom an app's assertion may be meant for when it is meant for this server (RFC 7521 section 5.2).</summary>
public static class AssertionAudiences
{
    /// <summary>Where existing clients say to be going, wherever they go (contract, checklist 10 and section 4.5).</summary>
    static readonly string[] VendorHosts = ["login.salesforce.com", "test.salesforce.com"];

    /// <summary>The issuer and the token endpoint.</summary>
    public static string[] Of(PublicUrl publicUrl) => [publicUrl.Value, publicUrl.Value + "/", publicUrl.At(Routes.Token)];

    /// <summary>In the salesforce dialect also the bare host, and the vendor's login hosts.</summary>
    public static string[] OfSalesforce(PublicUrl publicUrl) =>
    [
        .. Of(publicUrl), publicUrl.Value[(publicUrl.Value.IndexOf("://", StringComparison.Ordinal) + 3)..],
        .. VendorHosts, .. VendorHosts.SelectMany(vendor => new[] { $"https://{vendor}", $"https://{vendor}/" }),
    ];
}
