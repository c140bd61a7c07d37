using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Hosting.Configuration;
using OAuthServer.Orgs;

namespace OAuthServer.Hosting;

/// <summary>Users that came into being with a password get their first security token by mail, where the feature applies to them.</summary>
static class FirstTokens
{
    internal static async Task IssueAsync(IServiceProvider services, IReadOnlyList<NewUser> users)
    {
        if (users.Count == 0)
            return;
        var (database, tokens, clock) = (services.GetRequiredService<Database>(), services.GetRequiredService<SecurityTokens>(), services.GetRequiredService<TimeProvider>());
        await services.GetRequiredService<ChangeWatch>().RefreshAsync();
        var profiles = (await services.GetRequiredService<OrgDirectory>().CurrentAsync()).Rows.Profiles;
        foreach (var user in users)
        {
            await using var db = database.NewContext();
            await using var transaction = await AccountLock.BeginAsync(db, user.Id, clock.GetUtcNow(), CancellationToken.None);
            var row = await db.Users.SingleAsync(u => u.Id == user.Id);
            await tokens.IssueAsync(db, row, profiles[row.ProfileId], TokenCause.FirstPassword, oldWorksUntil: null, CancellationToken.None);
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        }
        services.GetRequiredService<Outbox>().Wake();
    }
}
