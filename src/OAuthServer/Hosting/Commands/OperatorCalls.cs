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
    /// <param name="ifMatch">The version that is to be changed; null = whatever it is now.</param>
    /// <exception cref="InvalidOperationException">There is no such organization, or several and none was named.</exception>
    internal static async Task<OperatorCall> PrepareAsync(WebApplication app, string? org, string operation, string? ifMatch = null)
    {
        await Server.PrepareAsync(app);
        var at = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var actor = new AuditActor(null, "operator " + Environment.UserName, AuditDoor.Cli, null, operation, at);
        var call = new AdminCall(await OrganizationAsync(app.Services.GetRequiredService<Database>(), org), actor, null, ifMatch, CancellationToken.None);
        return new(app.Services.GetRequiredService<AdminCatalogue>().Find(operation)!, call);
    }

    /// <summary>The organization that the operator means.</summary>
    /// <param name="database">Up to date.</param>
    /// <param name="name">Alias or name; null = the only one there is.</param>
    /// <exception cref="InvalidOperationException">There is no such organization, or several and none was named.</exception>
    internal static async Task<Organization> OrganizationAsync(Database database, string? name)
    {
        await using var db = database.NewContext();
        // An alias is meant before a name: one organization may be called as another is addressed.
        var found = await db.Organizations.AsNoTracking().Where(org => name == null || org.Alias == name || org.Name == name).OrderByDescending(org => org.Alias == name).Take(2).ToListAsync();
        return found switch
        {
            [] => throw new InvalidOperationException(name is null ? "There is no organization yet: apply one." : $"There is no organization {name}."),
            [_, _] when name is null => throw new InvalidOperationException("There are several organizations: name one with --org."),
            [var one, ..] => one,
        };
    }
}
