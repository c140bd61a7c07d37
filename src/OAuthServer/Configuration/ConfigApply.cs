using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Login;

namespace OAuthServer.Configuration;

/// <summary>
/// Brings the database to what a folder of files declares: organizations, their networks, profiles, identity providers, users, apps and policy tests. Owns the
/// comparison and the one transaction it is saved in. Running it again changes nothing. It never touches what a user holds:
/// password, lockout, enrolments, tokens and history stay as they are.
/// </summary>
public static class ConfigApply
{
    /// <summary>What <see cref="ApplyAsync"/> would do. Changes nothing.</summary>
    /// <exception cref="ConfigurationException">Everything that is wrong in the files.</exception>
    public static async Task<ApplyReport> PlanAsync(
        Database database, MasterKey key, string folder, bool prune, string appliedBy, TimeProvider clock)
    {
        var orgs = Read(folder, out var errors);
        await using var db = database.NewContext();
        return await CompareAsync(new ApplyRun
        {
            Db = db,
            Key = key,
            Passwords = FirstPasswords.None,
            Prune = prune,
            AppliedBy = appliedBy,
            Now = clock.GetUtcNow(),
        }, orgs, errors);
    }

    /// <summary>Applies the files, all or nothing.</summary>
    /// <param name="database">Where to.</param>
    /// <param name="key">Hashes the apps' secrets.</param>
    /// <param name="hashing">Hashes first passwords.</param>
    /// <param name="folder">An organization's folder, or a folder of such folders.</param>
    /// <param name="prune">Remove what was declared and no longer is.</param>
    /// <param name="appliedBy">Who saves the new versions of profiles.</param>
    /// <param name="clock">When.</param>
    /// <param name="welcome">What new users are given, in the same transaction.</param>
    /// <param name="guard">What must hold afterwards; null = what the files say.</param>
    /// <exception cref="ConfigurationException">Everything that is wrong in the files; nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">The guard refuses; nothing was changed.</exception>
    public static async Task<ApplyReport> ApplyAsync(
        Database database, MasterKey key, PasswordHashing hashing, string folder, bool prune, string appliedBy, TimeProvider clock,
        Func<ServerDb, IReadOnlyList<NewUser>, Task>? welcome = null, IApplyGuard? guard = null)
    {
        var orgs = Read(folder, out var errors);
        await using var db = database.NewContext();
        await CheckAsync(db, orgs, errors, prune);
        var passwords = await FirstPasswords.PrepareAsync(db, hashing, orgs);
        db.Actor = new(null, $"operator {Environment.UserName}", AuditDoor.Cli, null, "apply", clock.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (guard is not null)
            await guard.BeginAsync(db);
        db.ChangeTracker.Clear(); // read again: others may have saved while the passwords were hashed
        var run = new ApplyRun
        {
            Db = db,
            Key = key,
            Passwords = passwords,
            Prune = prune,
            AppliedBy = appliedBy,
            Now = clock.GetUtcNow(),
        };
        var report = await CompareAsync(run, orgs, errors);
        if (db.ChangeTracker.HasChanges())
        {
            await db.SaveChangesAsync();
            foreach (var userId in run.ClosedUsers)
                await EndedSessions.OfUserAsync(db, userId, run.Now);
            if (welcome is not null)
                await welcome(db, [.. report.NewUsers, .. report.WithoutPassword]);
            if (guard is not null)
                await guard.CheckAsync(db);
            await transaction.CommitAsync();
        }
        return report;
    }

    static List<DeclaredOrg> Read(string folder, out List<ConfigError> errors)
    {
        errors = [];
        return DeclaredFolder.Read(folder, errors);
    }

    static async Task<ApplyReport> CompareAsync(ApplyRun run, List<DeclaredOrg> orgs, List<ConfigError> errors)
    {
        foreach (var state in await CheckAsync(run.Db, orgs, errors, run.Prune))
        {
            TrialStep.Run(run, state);
            OrganizationStep.Run(run, state);
            NetworkStep.Run(run, state);
            ProfileStep.Run(run, state);
            ProviderStep.Run(run, state);
            UserStep.Run(run, state);
            IdentityStep.Run(run, state);
            AppStep.Run(run, state);
            await ProfileStep.RemoveAsync(run, state);
            TestStep.Run(run, state);
            await TestStep.CheckAsync(run, state, errors);
        }
        if (errors.Count > 0)
            throw new ConfigurationException([.. errors]);
        return run.Report;
    }

    static async Task<List<OrgState>> CheckAsync(ServerDb db, List<DeclaredOrg> orgs, List<ConfigError> errors, bool prune)
    {
        var states = new List<OrgState>();
        foreach (var org in orgs)
        {
            var state = await OrgState.LoadAsync(db, org);
            await References.CheckAsync(db, state, prune);
            states.Add(state);
        }
        if (errors.Count == 0)
            states.ForEach(PasswordRules.Check);
        return errors.Count == 0 ? states : throw new ConfigurationException([.. errors.OrderBy(error => error.File, StringComparer.Ordinal)]);
    }
}
