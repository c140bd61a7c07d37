using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Hosting;

/// <summary>
/// Users that come into being with a password get their first security token by mail, where the feature applies to them; those
/// without one an invitation to choose it, where it would open a door. In the transaction that makes them, so that nobody is left without.
/// </summary>
static class FirstTokens
{
    internal static Func<ServerDb, IReadOnlyList<NewUser>, Task> With(IServiceProvider services) =>
        (db, users) => IssueAsync(db, users, services.GetRequiredService<SecurityTokens>(), services.GetRequiredService<MailedLinks>());

    static async Task IssueAsync(ServerDb db, IReadOnlyList<NewUser> users, SecurityTokens tokens, MailedLinks links)
    {
        foreach (var user in users)
        {
            var row = await db.Users.SingleAsync(u => u.Id == user.Id);
            var org = await db.Organizations.SingleAsync(o => o.Id == user.OrgId);
            var profile = await db.Profiles.SingleAsync(p => p.Id == row.ProfileId);
            var settings = await db.ProfileVersions.Where(v => v.ProfileId == profile.Id && v.Version == profile.Version).Select(v => v.Settings).SingleAsync();
            var facts = FactsMapping.ProfileFacts(org, profile, SettingsJson.Read<ProfileSettings>(settings));
            if (row.PasswordHash is not null)
                await tokens.IssueAsync(db, row, facts, TokenCause.FirstPassword, oldWorksUntil: null, CancellationToken.None);
            else if (row.Status == UserStatus.Active && MailedLinks.HasUseForPassword(facts, row))
                await links.AddAsync(db, row, byAdministrator: true);
        }
        await db.SaveChangesAsync();
    }
}
