using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Login.Examples;

/// <summary>Finds who and what an example names.</summary>
public static class ExampleCasting
{
    /// <summary>The cast, or why there is none.</summary>
    /// <param name="example">The example.</param>
    /// <param name="policy">Under which it is judged.</param>
    /// <param name="users">Those of the organization that it may name.</param>
    /// <param name="apps">Those of the organization that it may name.</param>
    public static (ExampleCast? Cast, string? Problem) Of(ExampleLogin example, OrgPolicy policy, IEnumerable<User> users, IEnumerable<ConnectedApp> apps)
    {
        var app = example.App is { } clientId ? apps.FirstOrDefault(a => a.ClientId == clientId) : null;
        if (example.App is not null && app is null)
            return (null, $"there is no app {example.App}");
        var name = example.User is { } username ? Usernames.Normalize(username) : null;
        var user = name is not null ? users.FirstOrDefault(u => u.NormalizedUsername == name)
            : example.User is null && example.Profile is null && example.Channel == LoginChannel.ClientCredentials ? users.FirstOrDefault(u => u.Id == app?.RunAsUserId)
            : null;
        if (example.User is not null && user is null)
            return (null, $"there is no user {example.User}");
        var profile = example.Profile is { } named ? policy.Named(named) : user is not null ? policy.Profiles.GetValueOrDefault(user.ProfileId) : null;
        if (profile is null)
            return (null, example.Profile is { } missing ? $"there is no profile {missing}" : "the app acts as nobody");
        return (new(profile, user is null ? null : UserAccounts.Of(user), app is null ? null : AppDirectory.EntryOf(app, [])), null);
    }
}
