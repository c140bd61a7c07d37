using OAuthServer.Data;

namespace OAuthServer.Hosting;

/// <summary>What load balancers and service managers ask. The answers name a state, never a cause with details in it.</summary>
public static class Health
{
    internal const string Live = "/health/live";
    internal const string Ready = "/health/ready";

    /// <summary>
    /// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can also serve, that is, reach its database in its
    /// present form.
    /// </summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var readiness = new Readiness(endpoints.ServiceProvider.GetRequiredService<Database>());
        endpoints.MapGet(Live, (HttpContext context) => Answer(context, StatusCodes.Status200OK, "live"))
            .AllowAnonymous().DisableHttpMetrics();
        endpoints.MapGet(Ready, async (HttpContext context) =>
        {
            var state = await readiness.AskAsync();
            return Answer(context, state == Readiness.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, state);
        }).AllowAnonymous().DisableHttpMetrics();
        return endpoints;
    }

    static IResult Answer(HttpContext context, int status, string state)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new { status = state }, statusCode: status);
    }
}

/// <summary>Whether the database answers in time and has the form this program knows.</summary>
sealed class Readiness(Database database)
{
    internal const string Ready = "ready";
    internal const string NoDatabase = "database unavailable";
    internal const string OldSchema = "migration pending";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    readonly Lock asking = new();
    Task<string>? question;

    internal async Task<string> AskAsync()
    {
        try
        {
            return await Question().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            return NoDatabase;
        }
    }

    // All probes share one question, so that a database that hangs is not asked again by each of them; hence it is no part
    // of any one probe's trace. On the pool, because the embedded database works on the caller's thread and would not let it
    // look at the clock.
    Task<string> Question()
    {
        lock (asking)
        {
            if (question is { IsCompleted: false })
                return question;
            using (ExecutionContext.SuppressFlow())
                return question = Task.Run(LookAsync);
        }
    }

    async Task<string> LookAsync()
    {
        try
        {
            await database.ReadAsync("SELECT 1", row => row.GetInt32(0));
            return (await SchemaUpgrade.PendingAsync(database)).Count == 0 ? Ready : OldSchema;
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            return NoDatabase; // also an I/O or timeout error that the provider did not wrap
        }
    }
}
