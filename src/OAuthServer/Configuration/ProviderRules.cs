using System.Text.RegularExpressions;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Http;

namespace OAuthServer.Configuration;

/// <summary>What an identity provider may say.</summary>
static partial class ProviderRules
{
    internal const int MostMetadata = 1024 * 1024;

    internal static void Check(ProviderFile file, ProviderSettings settings, FileReport report)
    {
        if (file.Name is { } name && !IsAlias(name))
            report.Add("name", "must be 1 to 40 lower-case letters, digits and hyphens: it is a part of addresses.");
        if (settings.Label is { } label && (string.IsNullOrWhiteSpace(label) || label.Length > 80))
            report.Add("label", "must be 1 to 80 characters; write what the button says.");
        if (settings.Oidc is null == settings.Saml is null)
            report.Add("", "must hold either \"oidc\" or \"saml\"; write the one that the provider speaks.");
        foreach (var (index, domain) in settings.Domains.Index())
        {
            if (!Domain().IsMatch(domain))
                report.Add($"domains[{index}]", $"\"{domain}\" is not a domain; write one such as \"acme.example\".");
        }
        report.NoRepeats("domains", settings.Domains, StringComparer.OrdinalIgnoreCase);
        if (settings.LinksByVerifiedEmail && settings.Domains.Count == 0)
            report.Add("linksByVerifiedEmail", "needs domains: only within them the provider is believed; name them.");
        if (settings.Oidc is { } oidc)
            CheckOidc(file, oidc, report);
        if (settings.Saml is { } saml)
            CheckSaml(saml, report);
        if (settings.Provisioning is { Creates: true, Profiles.Count: 0, DefaultProfile: null })
            report.Add("provisioning.creates", "makes no account without a profile for it; write provisioning.profiles or provisioning.defaultProfile.");
        if (settings.Saml is not null && file.ClientSecret is not null)
            report.Add("clientSecret", "is of no use to a SAML provider; remove it.");
    }

    /// <summary>True for a word that can stand in an address as it is.</summary>
    internal static bool IsAlias(string text) => Alias().IsMatch(text);

    static void CheckOidc(ProviderFile file, OidcSettings oidc, FileReport report)
    {
        CheckUrl("oidc.issuer", oidc.Issuer, report);
        if (oidc.Issuer is { } issuer && issuer.Contains('?', StringComparison.Ordinal))
            report.Add("oidc.issuer", "has a query, which no issuer has (OpenID Connect Discovery section 3); write it as the discovery document says it.");
        if (oidc.ClientId is { Length: 0 })
            report.Add("oidc.clientId", "is empty; write what the provider calls this server.");
        if (!oidc.Scopes.Contains("openid", StringComparer.Ordinal))
            report.Add("oidc.scopes", "must contain openid, or there is no ID token; add it.");
        var takesSecret = oidc.ClientAuthentication is ProviderAuthMethod.ClientSecretBasic or ProviderAuthMethod.ClientSecretPost;
        if (takesSecret && file.ClientSecret is null)
            report.Add("clientSecret", "is missing; write \"env:NAME\" or \"file:path\", or choose another oidc.clientAuthentication.");
        if (!takesSecret && file.ClientSecret is not null)
            report.Add("clientSecret", $"is of no use with {JsonShape.Word(oidc.ClientAuthentication)}; remove it.");
    }

    static void CheckSaml(SamlSettings saml, FileReport report)
    {
        var ways = (saml.MetadataUrl is null ? 0 : 1) + (saml.MetadataFile is null ? 0 : 1) + (saml.SingleSignOnUrl is null ? 0 : 1);
        if (ways != 1)
            report.Add("saml", "must say in exactly one way who the provider is: metadataUrl, metadataFile, or singleSignOnUrl with entityId and certificates.");
        CheckUrl("saml.metadataUrl", saml.MetadataUrl, report);
        CheckUrl("saml.singleSignOnUrl", saml.SingleSignOnUrl, report);
        CheckUrl("saml.singleLogoutUrl", saml.SingleLogoutUrl, report);
        if (saml.SingleSignOnUrl is not null && saml.EntityId is null)
            report.Add("saml.entityId", "is missing: without metadata nothing else says it; write it.");
        if (saml.SingleSignOnUrl is not null && saml.Certificates.Count == 0)
            report.Add("saml.certificates", "is empty: nothing the provider says could be verified; add its signing certificate.");
        if (saml.SingleSignOnUrl is null && (saml.Certificates.Count > 0 || saml.SingleLogoutUrl is not null))
            report.Add("saml", "has certificates or singleLogoutUrl beside metadata, which hold them; remove them here.");
        if (saml.MetadataCertificate is not null && saml.MetadataUrl is null)
            report.Add("saml.metadataCertificate", "is for metadata that are fetched; remove it.");
        if (saml.EntityId is { Length: 0 or > 1024 })
            report.Add("saml.entityId", "must be 1 to 1024 characters.");
        if (saml.NameIdFormat == SamlNames.TransientFormat && saml.SubjectAttribute is null)
            report.Add("saml.nameIdFormat", "is transient, another name at each sign-in, so that nobody would be known again; write saml.subjectAttribute, or another format.");
    }

    /// <summary>What is fetched, and where browsers are sent with something to keep to themselves: https, but for this machine.</summary>
    static void CheckUrl(string path, string? url, FileReport report)
    {
        if (url is null)
            return;
        if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.UserInfo.Length > 0)
            report.Add(path, "holds a user name or password; write the address without."); // and not said again here
        else if (address is null || address.Scheme is not ("https" or "http") || address.Fragment.Length > 0)
            report.Add(path, $"\"{url}\" is not an address; write one such as \"https://idp.example.com\".");
        else if (address.Scheme == "http" && !ThisMachine.IsNamed(address.Host))
            report.Add(path, $"\"{url}\" is not encrypted; use https.");
    }

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Alias();

    [GeneratedRegex(@"^(?=.{1,253}$)[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Domain();
}
