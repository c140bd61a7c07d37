using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>A token as clients of the salesforce dialect bring it to a door that reads one (contract, section 1, no. 15).</summary>
/// <param name="Value">The token, of a token's form or not; null when none was sent.</param>
/// <param name="IsParameter">It came as a parameter, also or only.</param>
/// <param name="Form">The parameters, where there are any.</param>
/// <param name="Problem">What is wrong with the request itself.</param>
public sealed record PresentedToken(string? Value, bool IsParameter, RequestForm? Form, OAuthError? Problem = null)
{
    /// <summary>Without the value, which must not reach a log.</summary>
    public override string ToString() => nameof(PresentedToken);

    /// <summary>
    /// Reads it from the Authorization header, <c>Bearer</c> or <c>OAuth</c>, or from <c>oauth_token</c> or <c>access_token</c>. jsforce sends it
    /// in both places, which is taken while they agree.
    /// </summary>
    public static async Task<PresentedToken> ReadAsync(HttpContext context)
    {
        var header = BearerCredentials.Parse(context.Request.Headers.Authorization, orOAuth: true).Presented;
        if (!context.Request.QueryString.HasValue && !HttpMethods.IsPost(context.Request.Method)) // a chunked body has no length
            return new(header, false, null);
        var (form, problem) = await RequestForm.ReadAsync(context);
        if (form is null)
            return new(null, false, null, problem);
        var parameter = form["oauth_token"] ?? form["access_token"];
        return parameter is not null && header is not null && header != parameter
            ? new(null, true, form, OAuthError.InvalidRequest("Send the token once (RFC 6750 section 2)."))
            : new(header ?? parameter, parameter is not null, form);
    }
}
