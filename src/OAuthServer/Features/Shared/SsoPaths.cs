using OAuthServer.Federation;

namespace OAuthServer.Features.Shared;

/// <summary>The addresses of single sign-on as paths of this server, with where the sign-in leads.</summary>
public static class SsoPaths
{
    /// <summary>Asks for a company's domain or alias.</summary>
    public static string Find(string? to) => Routes.SingleSignOn + Query(null, to, null);

    /// <summary>An organization's own sign-in page.</summary>
    public static string Organization(string alias, string? requestHandle, string? to) => $"{Routes.SingleSignOn}/{alias}{Query(requestHandle, to, null)}";

    /// <summary>Sends the browser to a provider.</summary>
    /// <param name="provider">Which.</param>
    /// <param name="requestHandle">The app's request that the sign-in is to answer.</param>
    /// <param name="to">A local path to go to afterwards.</param>
    /// <param name="loginHint">What the person typed.</param>
    public static string Start(ProviderEntry provider, string? requestHandle, string? to, string? loginHint) => provider.Path + Query(requestHandle, to, loginHint);

    /// <summary>The sign-in pages, for those who have a password although others of their domain are sent to a provider.</summary>
    public static string Password(string? requestHandle, string? to) => Routes.SignIn + Query(requestHandle, to, null).Add("password", "true");

    static QueryString Query(string? requestHandle, string? to, string? loginHint) => QueryString.Create(
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["request"] = requestHandle, ["to"] = to, ["login_hint"] = loginHint }
            .Where(pair => !string.IsNullOrEmpty(pair.Value)));
}
