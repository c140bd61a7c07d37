using OAuthServer.Login;

namespace OAuthServer.Features.Shared;

/// <summary>A refusal in the words of RFC 6750 section 3: the challenge in the header, the problem in the body.</summary>
sealed class BearerRefusal(int status, string? error, string title, string detail, string? parameters = null) : IResult
{
    /// <summary>How old a login may be that changes credentials.</summary>
    internal const int FreshSeconds = 900;

    /// <summary>RFC 6750 section 3.1: who brings no credentials is told of no error.</summary>
    internal static BearerRefusal Missing { get; } = new(
        401, null, "This needs an access token.", "Log in and send the access token in the header Authorization: Bearer.");

    internal static BearerRefusal Malformed { get; } = new(
        400, "invalid_request", "The Authorization header cannot be read.", "Send it once, as the word Bearer, a space and the access token.");

    internal static BearerRefusal Invalid { get; } = new(
        401, "invalid_token", "The access token is not valid.", "It is unknown, expired or revoked. Log in again.");

    /// <param name="scopes">Any of these would do.</param>
    internal static BearerRefusal Scope(IReadOnlyList<string> scopes) => new(
        403, "insufficient_scope", "The access token does not reach this far.", $"Log in with the scope {string.Join(" or ", scopes)}.", $", scope=\"{scopes[0]}\"");

    /// <summary>RFC 9470 section 3.</summary>
    internal static BearerRefusal NotFresh { get; } = new(
        401, "insufficient_user_authentication", "Your login is too old for this.",
        "Changes to passwords, tokens and authenticators need a login of the last 15 minutes. Log in again and repeat the request.",
        $", max_age=\"{FreshSeconds}\"");

    /// <summary>RFC 9470 section 3.</summary>
    internal static BearerRefusal NoFactor { get; } = new(
        401, "insufficient_user_authentication", "Your login showed no second factor.",
        "One is enrolled, and changes to authenticators and recovery codes need a login that used it. Log in again with it and repeat the request.",
        $", acr_values=\"{StepUp.TwoFactors}\"");

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.WWWAuthenticate = error is null
            ? "Bearer"
            : $"Bearer error=\"{error}\", error_description=\"{title}\"{parameters}";
        return Problems.Of(status, (error ?? "token-missing").Replace('_', '-'), title, detail).ExecuteAsync(httpContext);
    }

    /// <summary>The error code of the challenge; null when there is none.</summary>
    internal string? Error => error;
}
