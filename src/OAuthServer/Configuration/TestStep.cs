using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login.Examples;
using OAuthServer.Orgs;

namespace OAuthServer.Configuration;

/// <summary>Policy tests. They are kept, and all of them are run under the policy as it will be, before anything of it is saved.</summary>
static class TestStep
{
    internal static void Run(ApplyRun run, OrgState state)
    {
        foreach (var declared in state.Declared.Tests)
        {
            if (state.Tests.TryGetValue(declared.Name, out var present))
                Update(run, state, present, declared);
            else
                Make(run, state, declared);
        }
        foreach (var test in state.Tests.Values.Where(test => test.IsDeclared && !state.Declared.Tests.Exists(declared => declared.Name == test.Name)))
            run.NotDeclared(test, Label(test.Name, state));
    }

    /// <summary>Runs the organization's tests, those of administrators too; one that fails is an error of its file, and nothing is applied.</summary>
    internal static async Task CheckAsync(ApplyRun run, OrgState state, List<ConfigError> errors)
    {
        var db = run.Db;
        var tests = Rows<PolicyTest>(db).Where(test => test.OrgId == state.Org!.Id).OrderBy(test => test.Name, StringComparer.Ordinal).ToList();
        if (tests.Count == 0)
            return;
        var policy = Proposed(db, state);
        var examples = tests.ConvertAll(test => SettingsJson.Read<ExampleLogin>(test.Content));
        var names = examples.Select(example => Usernames.Normalize(example.User ?? "")).OfType<string>().ToList();
        // Those of whom the files speak are as they will be; the others are looked up.
        var others = await db.Users.AsNoTracking().Where(user => user.OrgId == state.Org!.Id && names.Contains(user.NormalizedUsername)).ToListAsync();
        var users = Rows<User>(db).Where(user => user.OrgId == state.Org!.Id).ToList();
        users.AddRange(others.Where(other => !state.Users.ContainsKey(other.NormalizedUsername)));
        var apps = Rows<ConnectedApp>(db).Where(app => app.OrgId == state.Org!.Id).ToList();
        foreach (var (test, example) in tests.Zip(examples))
        {
            var (cast, problem) = ExampleCasting.Of(example, policy, users, apps);
            var result = cast is null ? null : ExampleLogins.Judge(example, policy, cast);
            if (result is { Passed: true })
                continue;
            var source = state.Declared.Tests.Find(declared => declared.Name == test.Name)?.Source.File ?? $"test \"{test.Name}\"";
            errors.Add(new(source, "", $"the test \"{test.Name}\" would fail: expected {ExampleLogins.Expected(example)}, got {result?.ToString() ?? problem}; correct the policy, or the test."));
        }
    }

    static void Make(ApplyRun run, OrgState state, DeclaredTest declared)
    {
        run.Db.Add(new PolicyTest { Id = RandomId.New(16), OrgId = state.Org!.Id, Name = declared.Name, Content = SettingsJson.Write(declared.Login), IsDeclared = true });
        run.Made(Label(declared.Name, state));
    }

    static void Update(ApplyRun run, OrgState state, PolicyTest test, DeclaredTest declared)
    {
        test.IsDeclared = true;
        if (run.Changed(Label(test.Name, state), ProfileStep.Stored<ExampleLogin>(test.Content), ApplyRun.Json(declared.Login)))
            test.Content = SettingsJson.Write(declared.Login);
    }

    /// <summary>The policy as it will be: read from what is about to be saved, so that a plan can ask too.</summary>
    static OrgPolicy Proposed(ServerDb db, OrgState state)
    {
        var org = state.Org!;
        var versions = Rows<ProfileVersion>(db).ToLookup(version => (version.ProfileId, version.Version));
        return new()
        {
            OrgId = org.Id,
            Status = org.Status,
            Switches = OrganizationSwitches.Of(org),
            Networks = [.. Rows<TrustedNetwork>(db).Where(network => network.OrgId == org.Id).Select(network => new NetworkRange(network.Name, network.Range))],
            Profiles = Rows<Profile>(db).Where(profile => profile.OrgId == org.Id)
                .ToDictionary(profile => profile.Id, profile => new PolicyProfile(profile, SettingsJson.Read<ProfileSettings>(versions[(profile.Id, profile.Version)].Single().Settings)), StringComparer.Ordinal),
            HasProvider = Rows<IdentityProvider>(db).Any(provider => provider.OrgId == org.Id && provider.IsActive),
        };
    }

    static List<T> Rows<T>(ServerDb db)
        where T : class => [.. db.ChangeTracker.Entries<T>().Where(entry => entry.State is not (EntityState.Deleted or EntityState.Detached)).Select(entry => entry.Entity)];

    static string Label(string name, OrgState state) => $"test \"{name}\" of {state.Name}";
}
