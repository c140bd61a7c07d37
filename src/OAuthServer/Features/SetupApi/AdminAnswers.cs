using OAuthServer.Administration;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.SetupApi;

/// <summary>How an operation ended, in HTTP: JSON with its version, a file, or problem details (RFC 9457).</summary>
static class AdminAnswers
{
    internal static IResult NotAdministrator { get; } = Problems.Of(
        403, "not-an-administrator", "The user of this token is no administrator.",
        "Log in as a user whose profile has the permission administrator; an app with client credentials needs such a user to run as.");

    internal static IResult Of(HttpContext http, AdminAnswer answer)
    {
        if (answer.Refusal is { } refusal)
            return Refuse(refusal);
        if (answer.Version is { } version)
        {
            var tag = $"\"{version}\"";
            http.Response.Headers.ETag = tag;
            if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
                return Write(answer.Result);
            if (http.Request.Headers.IfNoneMatch == tag)
                return Results.StatusCode(StatusCodes.Status304NotModified);
        }
        return Write(answer.Result);
    }

    internal static IResult Refuse(AdminRefusal refusal) => refusal switch
    {
        AdminRefusal.NotFound missing => Problems.NotFound($"There is no such {missing.Kind}.", "Look it up in the list; an object of another organization is not found either."),
        AdminRefusal.Invalid invalid => Problems.Of(
            422, "invalid", "What was sent cannot be used.", "Nothing was changed. Correct what errors names and send it again.", [new("errors", invalid.Flaws)]),
        AdminRefusal.Changed => Problems.Of(
            412, "changed-meanwhile", "It has changed since you looked.", "Nothing was changed. Read it again, and send If-Match with the ETag of that answer."),
        AdminRefusal.Conflict conflict => Problems.Of(409, conflict.Type, conflict.Title, conflict.Detail),
        _ => throw new InvalidOperationException("Unknown refusal."),
    };

    static IResult Write(object? value) => value switch
    {
        null or Nothing => Results.NoContent(),
        AdminFile file => new Download(file),
        _ => Results.Json(value, AdminInput.Options),
    };

    sealed class Download(AdminFile file) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => httpContext.SendAsync(file);
    }
}
