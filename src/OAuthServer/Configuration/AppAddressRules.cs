using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Configuration;

/// <summary>Where an app may be answered, and where it is told of logouts. They are compared character by character, so they are written as they will be sent.</summary>
static class AppAddressRules
{
    const int Longest = 2000;

    internal static void Check(AppSettings settings, FileReport report)
    {
        if (settings.Flows.Contains(LoginChannel.AuthorizationCode) && settings.RedirectUris.Count == 0)
            report.Add("redirectUris", "is missing: answers of the authorizationCode flow go nowhere else; write one such as \"https://app.example.com/callback\".");
        CheckList("redirectUris", settings.RedirectUris, settings.IsPublic, report);
        CheckList("postLogoutRedirectUris", settings.PostLogoutRedirectUris, settings.IsPublic, report);
        if (settings.BackchannelLogoutUri is { } uri && FlawOf(uri, ownScheme: false) is { } flaw)
            report.Add("backchannelLogoutUri", flaw);
        if (settings.IdTokenAlgorithm is not ("RS256" or "ES256"))
            report.Add("idTokenAlgorithm", $"\"{settings.IdTokenAlgorithm}\" is not known; use \"RS256\" or \"ES256\".");
    }

    static void CheckList(string key, IReadOnlyList<string> uris, bool ownScheme, FileReport report)
    {
        report.NoRepeats(key, uris, StringComparer.Ordinal);
        foreach (var (index, uri) in uris.Index())
        {
            if (FlawOf(uri, ownScheme) is { } flaw)
                report.Add($"{key}[{index}]", flaw);
        }
    }

    /// <summary>RFC 6749 section 3.1.2, RFC 8252 sections 7 and 8.</summary>
    static string? FlawOf(string text, bool ownScheme)
    {
        if (text.Length > Longest || text.AsSpan().ContainsAnyExceptInRange('!', '~') || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || text[0] == '/')
            return "is not an absolute URL of printable ASCII characters; write one such as \"https://app.example.com/callback\".";
        if (text.Contains('#', StringComparison.Ordinal))
            return "has a fragment, in which nothing reaches an app; remove it.";
        if (uri.UserInfo.Length > 0)
            return "has a user in it; remove what stands before the at sign.";
        if (uri.Scheme == "https")
            return null;
        if (uri.Scheme == "http")
            return ThisMachine.IsNamed(uri.Host) ? null : "is http on a host that is not this machine; use https.";
        if (!ownScheme)
            return "must be https, or http on this machine.";
        return uri.Scheme.Contains('.', StringComparison.Ordinal) ? null
            : "has a scheme without a dot; a scheme of an app's own is its domain backwards, such as \"com.example.app:/callback\" (RFC 8252 section 7.1).";
    }
}
