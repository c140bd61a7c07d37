using System.Text.Json.Nodes;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Configuration;

/// <summary>Users: who they are and which profile they have. What they hold is theirs; a declared password is only their first.</summary>
static class UserStep
{
    internal static void Run(ApplyRun run, OrgState state)
    {
        var declared = new HashSet<string>(state.Declared.Users.Select(user => user.NormalizedUsername), StringComparer.Ordinal);
        foreach (var user in state.Declared.Users)
        {
            if (state.Users.TryGetValue(user.NormalizedUsername, out var present))
                Update(run, state, present, user.File);
            else
                Make(run, state, user);
        }
        foreach (var user in state.Users.Values.Where(user => user.IsDeclared && !declared.Contains(user.NormalizedUsername)))
            run.NotDeclared(user, $"user \"{user.Username}\"");
    }

    static void Make(ApplyRun run, OrgState state, DeclaredUser declared)
    {
        var user = new User
        {
            Id = RecordId.NewUser(),
            OrgId = state.Org!.Id,
            ProfileId = state.Profiles[declared.File.Profile].Id,
            Username = declared.File.Username,
            NormalizedUsername = declared.NormalizedUsername,
            Email = declared.File.Email,
            CreatedAt = run.Now,
            UpdatedAt = run.Now,
        };
        Set(user, declared.File, state);
        state.Users.Add(user.NormalizedUsername, user);
        run.Db.Add(user);
        run.Made($"user \"{user.Username}\"");
        if (run.Passwords.Find(user.NormalizedUsername) is { } password)
            Activate(run, user, password);
        else
            run.MadeWithoutPassword(user);
    }

    static void Activate(ApplyRun run, User user, FirstPasswords.FirstPassword password)
    {
        user.PasswordHash = password.Hash;
        user.PasswordChangedAt = run.Now;
        run.Activated(user);
        if (password.Generated is { } text)
            run.Generated(new("password", user.Username, text));
    }

    static void Update(ApplyRun run, OrgState state, User user, UserFile file)
    {
        var before = Json(user, state);
        var wasActive = user.Status == UserStatus.Active;
        Set(user, file, state);
        if (wasActive && user.Status != UserStatus.Active)
            run.Closed(user);
        if (run.Changed($"user \"{user.Username}\"", before, Json(user, state)))
            user.UpdatedAt = run.Now;
    }

    // Names, language, time zone and status belong to the user and the administrator too: only what the file says is set.
    static void Set(User user, UserFile file, OrgState state)
    {
        user.Username = file.Username;
        user.Email = file.Email;
        user.ProfileId = state.Profiles[file.Profile].Id;
        user.IsBreakGlass = file.BreakGlass;
        user.IsDeclared = file.Declared;
        user.FirstName = file.FirstName ?? user.FirstName;
        user.LastName = file.LastName ?? user.LastName;
        user.Language = file.Language ?? user.Language;
        user.TimeZone = file.TimeZone ?? user.TimeZone;
        user.Status = file.Status ?? user.Status;
    }

    static JsonNode Json(User user, OrgState state) => ApplyRun.Json(new
    {
        user.Username,
        user.Email,
        user.FirstName,
        user.LastName,
        user.Language,
        user.TimeZone,
        user.Status,
        Profile = state.Profiles.Values.First(profile => profile.Id == user.ProfileId).Name,
        BreakGlass = user.IsBreakGlass,
        Declared = user.IsDeclared,
    });
}
