using OAuthServer.Data;

namespace OAuthServer.Configuration;

/// <summary>Who users are at identity providers, where an administrator says so. What people have linked themselves is theirs.</summary>
static class IdentityStep
{
    internal static void Run(ApplyRun run, OrgState state)
    {
        foreach (var user in state.Declared.Users)
        {
            var id = state.Users[user.NormalizedUsername].Id;
            foreach (var entry in user.File.FederatedIdentities)
                Set(run, state, user.File.Username, id, entry);
            foreach (var row in state.Identities.Where(row => row.UserId == id && row.IsDeclared && !user.File.FederatedIdentities.Any(entry => Is(row, entry, state))))
                run.NotDeclared(row, Label(user.File.Username, NameOf(row, state), row.Subject));
        }
    }

    static void Set(ApplyRun run, OrgState state, string username, string userId, FederatedIdentityEntry entry)
    {
        if (state.Identities.Find(row => Is(row, entry, state)) is { } row)
        {
            if (row.UserId == userId && row.IsDeclared)
                return;
            (row.UserId, row.IsDeclared) = (userId, true);
            run.Changed($"{Label(username, entry.Provider, entry.Subject)}: now declared");
            return;
        }
        run.Db.Add(new FederatedIdentity
        {
            ProviderId = state.Providers[entry.Provider].Id,
            Subject = entry.Subject,
            Format = entry.Format ?? "",
            UserId = userId,
            IsDeclared = true,
            CreatedAt = run.Now,
        });
        run.Made(Label(username, entry.Provider, entry.Subject));
    }

    static bool Is(FederatedIdentity row, FederatedIdentityEntry entry, OrgState state) =>
        row.ProviderId == state.Providers[entry.Provider].Id && row.Subject == entry.Subject && row.Format == (entry.Format ?? "");

    static string NameOf(FederatedIdentity row, OrgState state) => state.Providers.Values.FirstOrDefault(provider => provider.Id == row.ProviderId)?.Name ?? row.ProviderId;

    static string Label(string username, string provider, string subject) => $"identity \"{subject}\" at {provider} of user \"{username}\"";
}
