using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Commands;

/// <summary>An operation, and the call of the operator who stands at the machine.</summary>
sealed record OperatorCall(AdminOperation Operation, AdminCall Call);

/// <summary>Makes the calls of the command line: for one organization, as the operator.</summary>
static class OperatorCalls
{
    /// <summary>Brings the database up to date, as the server would, and finds operation and organization.</summary>
    /// <param name="app">Built, not started: nothing listens.</param>
    /// <param name="org">Alias or name; null = the only one there is.</param>
    /// <param name="operation">Its name.</param>
    /// <exception cref="InvalidOperationException">There is no such organization, or several and none was named.</exception>
    internal static async Task<OperatorCall> PrepareAsync(WebApplication app, string? org, string operation)
    {
        await Server.PrepareAsync(app);
        var at = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var actor = new AuditActor(null, "operator " + Environment.UserName, AuditDoor.Cli, null, operation, at);
        var call = new AdminCall(await FindAsync(app.Services.GetRequiredService<Database>(), org), actor, null, null, CancellationToken.None);
        return new(app.Services.GetRequiredService<AdminCatalogue>().Find(operation)!, call);
    }

    static async Task<Organization> FindAsync(Database database, string? name)
    {
        await using var db = database.NewContext();
        if (name is not null)
        {
            return await db.Organizations.AsNoTracking().SingleOrDefaultAsync(org => org.Alias == name || org.Name == name)
                ?? throw new InvalidOperationException($"There is no organization {name}.");
        }
        var all = await db.Organizations.AsNoTracking().OrderBy(org => org.Name).Take(2).ToListAsync();
        return all.Count == 1 ? all[0]
            : throw new InvalidOperationException(all.Count == 0 ? "There is no organization yet: apply one." : "There are several organizations: name one with --org.");
    }
}
