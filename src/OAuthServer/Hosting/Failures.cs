using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Hosting;

/// <summary>
/// What callers are told when something else than their request is at fault. A database that is busy or away and a queue that is
/// full are 503 with a time to come back (fail closed: nothing was granted); a bug is 500 with an incident number that is in the
/// log. Neither tells anything of the inside. A program is told in JSON, or as its door says
/// it; a person on a page.
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
            await TellAsync(context, FailureOf(context, problem));
        }
    }

    static async Task TellAsync(HttpContext context, Failure failure)
    {
        context.Response.Clear();
        if (AnswersWithPages.IsFor(context))
        {
            try
            {
                if (failure.Error.RetryAfterSeconds > 0)
                    context.Response.Headers.RetryAfter = failure.Error.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
                await RefusalPage.ShowAsync(context, failure.Error.Status, failure.OnAPage(context));
                return;
            }
            catch (Exception problem) when (!context.Response.HasStarted)
            {
                // What breaks a page may break the page that says so.
                Log(context).LogError(problem, "The page of a failure could not be shown.");
                context.Response.Clear();
            }
        }
        await (context.GetEndpoint()?.Metadata.GetMetadata<FailureAnswer>()?.WriteAsync ?? OAuthJsonAsync)(context, failure.Error);
    }

    static Task OAuthJsonAsync(HttpContext context, OAuthError error) => OAuthAnswer.ErrorAsync(context, error);

    /// <summary>EF Core wraps what its provider calls transient, such as a broken connection, in an InvalidOperationException.</summary>
    static bool IsOfTheDatabase(Exception? problem) =>
        problem is DbException or DbUpdateException or TimeoutException || (problem is InvalidOperationException { InnerException: { } inner } && IsOfTheDatabase(inner));

    static Failure FailureOf(HttpContext context, Exception problem)
    {
        switch (problem)
        {
            case BadHttpRequestException bad:
                return new(new("invalid_request", "The request could not be read.", bad.StatusCode), Refusal.Unreadable);
            case HashingBusyException:
                return new(new("temporarily_unavailable", problem.Message, 503) { RetryAfterSeconds = 5 }, Refusal.Busy);
            case not null when IsOfTheDatabase(problem):
                Log(context).LogError("The database did not answer: {Kind}.", problem.GetType().Name);
                return new(new("temporarily_unavailable", "The server cannot reach its database; try again shortly.", 503) { RetryAfterSeconds = 2 }, Refusal.Busy);
            default:
                var incident = Guid.NewGuid().ToString("N")[..10];
                Log(context).LogError(problem, "Incident {Incident} at {Path}.", incident, context.Request.Path.Value?.ReplaceLineEndings(" "));
                return new(
                    new("server_error", $"The server made a mistake; tell its administrator the incident number {incident}.", 500),
                    page => Refusal.Mistake(page, incident));
        }
    }

    static ILogger Log(HttpContext context) => context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Failures));

    /// <summary>One failure in the words of both audiences. The page's are chosen late: they need its language.</summary>
    sealed record Failure(OAuthError Error, Func<HttpContext, Refusal> Words)
    {
        internal Refusal OnAPage(HttpContext context)
        {
            PageLanguage.Choose(context);
            return Words(context);
        }
    }
}
