using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Configuration;

/// <summary>Profiles. A change is a new version; the old ones stay, because login records name them.</summary>
static class ProfileStep
{
    internal static void Run(ApplyRun run, OrgState state)
    {
        foreach (var declared in state.Declared.Profiles)
        {
            if (state.Profiles.TryGetValue(declared.Name, out var present))
                Update(run, state, present, declared);
            else
                Make(run, state, declared);
        }
    }

    /// <summary>Last, when it is known who still has which profile.</summary>
    internal static async Task RemoveAsync(ApplyRun run, OrgState state)
    {
        foreach (var profile in state.Profiles.Values.Where(profile => !state.Declared.Profiles.Exists(declared => declared.Name == profile.Name)))
        {
            var users = run.Prune ? await CountUsersAsync(run, state, profile) : 0;
            if (users > 0)
                run.Kept($"{Label(profile.Name, state)} is not in the files, but {users} users have it; give them another first");
            else if (run.Prune && await run.Db.LoginRecords.AnyAsync(record => record.ProfileId == profile.Id))
                run.Kept($"{Label(profile.Name, state)} is not in the files, but the login history was decided by it; it can go when that has expired");
            else
                run.NotDeclared(profile, Label(profile.Name, state));
        }
    }

    static void Make(ApplyRun run, OrgState state, DeclaredProfile declared)
    {
        var profile = new Profile { Id = RecordId.NewProfile(), OrgId = state.Org!.Id, Name = declared.Name };
        state.Profiles.Add(declared.Name, profile);
        run.Db.Add(profile);
        Save(run, profile, declared.Settings);
        run.Made(Label(declared.Name, state));
    }

    static void Update(ApplyRun run, OrgState state, Profile profile, DeclaredProfile declared)
    {
        if (run.Changed(Label(profile.Name, state), Stored<ProfileSettings>(state.Versions[profile.Id].Settings), ApplyRun.Json(declared.Settings)))
            Save(run, profile, declared.Settings);
    }

    static void Save(ApplyRun run, Profile profile, ProfileSettings settings)
    {
        profile.Version++;
        run.Db.Add(new ProfileVersion
        {
            ProfileId = profile.Id,
            Version = profile.Version,
            SavedAt = run.Now,
            SavedBy = run.AppliedBy,
            Settings = SettingsJson.Write(settings),
        });
    }

    /// <summary>Stored settings with today's defaults for what they do not say, so that a new setting is no difference.</summary>
    internal static JsonNode? Stored<T>(string json)
    {
        try
        {
            return ApplyRun.Json(SettingsJson.Read<T>(json));
        }
        catch (JsonException) // of another version of this program: then everything that differs is a change
        {
            return JsonNode.Parse(json);
        }
    }

    static async Task<int> CountUsersAsync(ApplyRun run, OrgState state, Profile profile)
    {
        var known = state.Users.Values.Select(user => user.Id).ToList();
        var others = await run.Db.Users.CountAsync(user => user.ProfileId == profile.Id && !known.Contains(user.Id));
        return others + state.Users.Values.Count(user => user.ProfileId == profile.Id && run.Db.Entry(user).State != EntityState.Deleted);
    }

    static string Label(string name, OrgState state) => $"profile \"{name}\" of {state.Name}";
}
