using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Integrations;

/// <summary>For whom the app of a new way may act, where it acts by assertion: one key opens all of their accounts, so nobody is added who was not named.</summary>
/// <param name="All">The integration's own user first, then those that were named.</param>
/// <param name="Flaws">What is wrong with those that were named.</param>
sealed record NewAppUsers(IReadOnlyList<string> All, IReadOnlyList<AdminFlaw> Flaws)
{
    const int Most = 200;

    /// <summary>Named ones are checked: people of the organization, active, and no administrators.</summary>
    internal static async Task<NewAppUsers> OfAsync(ServerDb db, AdminCall call, IntegrationTarget target, string own, IReadOnlyList<string>? named, IReadOnlyCollection<string> administering)
    {
        if (named is not { Count: > 0 })
            return new([own], []);
        if (target is not (IntegrationTarget.JwtBearer or IntegrationTarget.SamlBearer))
            return new([own], [new("users", "are only for JWT bearer and SAML bearer: every other way acts for one user, or for who signs in. Leave them out.")]);
        if (named.Count > Most)
            return new([own], [new("users", $"are more than {Most}.")]);
        var names = named.Select(name => Usernames.Normalize(name) ?? "").ToList();
        var known = await db.Users.AsNoTracking().Where(user => user.OrgId == call.Org.Id && names.Contains(user.NormalizedUsername))
            .Select(user => new { user.NormalizedUsername, user.Username, user.Status, user.ProfileId }).ToDictionaryAsync(user => user.NormalizedUsername, StringComparer.Ordinal, call.Cancellation);
        var (found, flaws) = (new List<string> { own }, new List<AdminFlaw>());
        foreach (var (index, name) in names.Index())
        {
            if (!known.TryGetValue(name, out var user))
                flaws.Add(new($"users[{index}]", "is no user of this organization; write a username."));
            else if (user.Username == own)
                continue;
            else if (user.Status != UserStatus.Active)
                flaws.Add(new($"users[{index}]", $"{user.Username} is not active."));
            else if (administering.Contains(user.ProfileId, StringComparer.Ordinal))
                flaws.Add(new($"users[{index}]", $"{user.Username} is an administrator, for whom no unattended app may act."));
            else
                found.Add(user.Username);
        }
        return new([.. found.Distinct(StringComparer.Ordinal)], flaws);
    }
}
