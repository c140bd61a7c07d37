using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Hosting;

/// <summary>
/// What callers are told when something else than their request is at fault. A database that is busy or away and a queue that is
/// full are 503 with a time to come back (fail closed: nothing was granted); a bug is 500 with an incident number that is in the
/// log. Neither tells anything of the inside.
/// </summary>
static class Failures
{
    internal static async Task Guard(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; there is nobody to answer.
        }
        catch (Exception problem) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await OAuthAnswer.ErrorAsync(context, ErrorFor(context, problem));
        }
    }

    /// <summary>EF Core wraps what its provider calls transient, such as a broken connection, in an InvalidOperationException.</summary>
    static bool IsOfTheDatabase(Exception? problem) =>
        problem is DbException or DbUpdateException or TimeoutException || (problem is InvalidOperationException { InnerException: { } inner } && IsOfTheDatabase(inner));

    static OAuthError ErrorFor(HttpContext context, Exception problem)
    {
        var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Failures));
        switch (problem)
        {
            case BadHttpRequestException bad:
                return new("invalid_request", "The request could not be read.", bad.StatusCode);
            case HashingBusyException:
                return new("temporarily_unavailable", problem.Message, 503) { RetryAfterSeconds = 5 };
            case not null when IsOfTheDatabase(problem):
                log.LogError("The database did not answer: {Kind}.", problem.GetType().Name);
                return new("temporarily_unavailable", "The server cannot reach its database; try again shortly.", 503) { RetryAfterSeconds = 2 };
            default:
                var incident = Guid.NewGuid().ToString("N")[..10];
                log.LogError(problem, "Incident {Incident} at {Path}.", incident, context.Request.Path.Value?.ReplaceLineEndings(" "));
                return new("server_error", $"The server made a mistake; tell its administrator the incident number {incident}.", 500);
        }
    }
}
