using System.Globalization;

namespace OAuthServer.Features.Shared;

/// <summary>Refusals as problem details (RFC 9457): what happened, and what to do next.</summary>
static class Problems
{
    internal static IResult Of(int status, string type, string title, string detail, IEnumerable<KeyValuePair<string, object?>>? extensions = null) =>
        TypedResults.Problem(detail, statusCode: status, title: title, type: "urn:oauthserver:problem:" + type, extensions: extensions);

    internal static IResult WrongCurrentPassword { get; } = Of(
        403, "wrong-current-password", "The current password is wrong.",
        "Nothing was changed. Send the password you sign in with as currentPassword; wrong ones count as failed sign-ins.");

    internal static IResult Locked { get; } = Of(
        403, "locked", "Too many failed attempts.",
        "Nothing was changed. Wait until the lockout of your account has passed, or ask your administrator to unlock it.");

    internal static IResult Busy { get; } = new RetryLater(Of(
        503, "busy", "The server has too many passwords to check at the moment.", "Nothing was changed. Send the same request again in a few seconds."));

    internal static IResult NotFound(string title, string detail) => Of(404, "not-found", title, detail);

    sealed class RetryLater(IResult problem) : IResult
    {
        const int Seconds = 5;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = Seconds.ToString(CultureInfo.InvariantCulture);
            return problem.ExecuteAsync(httpContext);
        }
    }
}
