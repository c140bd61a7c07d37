using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Configuration;

/// <summary>A declared first password must satisfy the profile that will be the user's.</summary>
static class PasswordRules
{
    /// <summary>Only for files without other errors, because an unreadable profile has no password policy; and only for users to be made.</summary>
    internal static void Check(OrgState state)
    {
        var org = state.Org ?? new Organization { Id = "", Name = state.Name };
        foreach (var user in state.Declared.Users.Where(user => user.Password is { IsGenerated: false } && !state.Users.ContainsKey(user.NormalizedUsername)))
        {
            var profile = new Profile { Id = "", OrgId = org.Id, Name = user.File.Profile };
            var policy = FactsMapping.ProfileFacts(org, profile, state.SettingsOf(user.File.Profile)!).Password;
            var flaws = policy.Judge(user.Password!.Value, user.File.Username, CommonPasswords.Contains(user.Password.Value));
            if (flaws.Count > 0)
            {
                var words = string.Join(", ", flaws.Select(flaw => JsonShape.Word(flaw)));
                user.Source.Add("password", $"does not satisfy the profile \"{user.File.Profile}\" ({words}); choose another.");
            }
        }
    }
}
