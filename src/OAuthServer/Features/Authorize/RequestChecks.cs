using System.Buffers;
using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Authorize;

/// <summary>An authorization request whose app and redirect URI are certain, and nothing else yet.</summary>
/// <param name="App">Who asks.</param>
/// <param name="Sent">What it sent.</param>
/// <param name="IsPushed">The app itself has pushed it, or pushes it now.</param>
public sealed record AskedByApp(AppEntry App, AuthorizationParameters Sent, bool IsPushed)
{
    internal bool IsSalesforce => App.Settings.Dialect == Dialect.Salesforce;
}

/// <summary>What must hold of an authorization request, in order. The first that does not is what the app is told.</summary>
static class RequestChecks
{
    const int LongestValue = 4096;

    /// <summary>RFC 7636 section 4.2: base64url of a SHA-256, and what else the section allows.</summary>
    static readonly SearchValues<char> ChallengeCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>All checks below the line.</summary>
    static readonly Func<AskedByApp, OAuthError?>[] InOrder =
    [
        NoRequestObject, ValuesAreBounded, ResponseModeIsKnown, ResponseTypeIsCode, AppMayUseCodes, WasPushedWhereItMustBe, ChallengeIsS256,
        PublicAppsUsePkce, ScopeIsAllowed, PromptIsKnown, MaxAgeIsANumber,
    ];

    internal static OAuthError? FirstFlaw(AskedByApp asked)
    {
        foreach (var check in InOrder)
        {
            if (check(asked) is { } flaw)
                return flaw;
        }
        return null;
    }

    /// <summary>OpenID Connect Core 1.0, section 6; RFC 9101. Nothing is ever fetched.</summary>
    static OAuthError? NoRequestObject(AskedByApp asked) =>
        asked.Sent["request"] is not null ? new("request_not_supported", "Request objects are not supported; send plain parameters or push them.")
        : asked.Sent["request_uri"] is not null ? new("request_uri_not_supported", "Only a request_uri that this server gave out is supported.")
        : null;

    static OAuthError? ValuesAreBounded(AskedByApp asked) =>
        asked.Sent.LongestValue > LongestValue ? OAuthError.InvalidRequest($"A parameter is longer than {LongestValue} characters.") : null;

    static OAuthError? ResponseModeIsKnown(AskedByApp asked) =>
        ParameterWords.ResponseMode(asked.Sent["response_mode"]) is null ? OAuthError.InvalidRequest("response_mode must be query, fragment or form_post.") : null;

    /// <summary>RFC 9700 section 2.1.2: tokens do not travel through the browser.</summary>
    static OAuthError? ResponseTypeIsCode(AskedByApp asked) => asked.Sent["response_type"] switch
    {
        "code" => null,
        null => OAuthError.InvalidRequest("response_type is required."),
        _ => new("unsupported_response_type", "Only response_type=code is supported.") { InSalesforceWords = new("unsupported_response_type", "response type not supported") },
    };

    static OAuthError? AppMayUseCodes(AskedByApp asked) =>
        !asked.App.App.IsActive ? OAuthError.UnauthorizedClient("This app is switched off.") with { InSalesforceWords = new("OAUTH_APP_ACCESS_DENIED", "app is inactive") }
        : !asked.App.Flows.Contains(LoginChannel.AuthorizationCode) ? OAuthError.UnauthorizedClient("This app is not registered for authorization codes.") with
        {
            InSalesforceWords = new("OAUTH_APP_ACCESS_DENIED", "web server flow not enabled"),
        }
        : null;

    /// <summary>RFC 9126 section 6.</summary>
    static OAuthError? WasPushedWhereItMustBe(AskedByApp asked) =>
        asked.App.Settings.RequirePushedRequests && !asked.IsPushed ? OAuthError.InvalidRequest("This app must push its authorization requests (RFC 9126).") : null;

    /// <summary>RFC 7636 sections 4.2 and 4.3: no method means plain, which is refused (RFC 9700 section 2.1.1); the salesforce dialect's clients mean S256.</summary>
    static OAuthError? ChallengeIsS256(AskedByApp asked)
    {
        var (challenge, method) = (asked.Sent["code_challenge"], asked.Sent["code_challenge_method"]);
        if (challenge is null)
            return method is null ? null : OAuthError.InvalidRequest("code_challenge_method came without code_challenge.");
        if ((method ?? (asked.IsSalesforce ? "S256" : "plain")) != "S256")
            return OAuthError.InvalidRequest("code_challenge_method must be S256.");
        return challenge.Length is < 43 or > 128 || challenge.AsSpan().ContainsAnyExcept(ChallengeCharacters)
            ? OAuthError.InvalidRequest("code_challenge is not one of RFC 7636 section 4.2.")
            : null;
    }

    static OAuthError? PublicAppsUsePkce(AskedByApp asked) =>
        asked.App.Settings.IsPublic && asked.Sent["code_challenge"] is null ? OAuthError.InvalidRequest("A public app must use PKCE: code_challenge is required.") : null;

    static OAuthError? ScopeIsAllowed(AskedByApp asked) =>
        RequestedScopes.Of(asked.Sent.Scope, asked.App) is null
            ? OAuthError.InvalidScope("The requested scope is malformed, or nothing of it is among what this app may have.")
            : null;

    static OAuthError? PromptIsKnown(AskedByApp asked) =>
        ParameterWords.Prompts(asked.Sent, asked.App.Settings.Dialect) is null ? OAuthError.InvalidRequest("prompt must be none, or some of login, consent and select_account.") : null;

    static OAuthError? MaxAgeIsANumber(AskedByApp asked) =>
        asked.Sent.MaxAge is { } text && ParameterWords.Seconds(text) is null ? OAuthError.InvalidRequest("max_age must be a number of seconds.") : null;
}
