using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Administration.Policies;
using OAuthServer.Administration.Server;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Hosting.Commands;
using OAuthServer.Orgs;
using OAuthServer.Tests.Administration.Policies;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>Files and a change on trial: what files say is not taken back by a timer, and what nobody confirmed does not stay because of them.</summary>
[Collection(nameof(ServersCollection))]
public sealed class ApplyTrialTests(Servers servers) : IDisposable
{
    const string ProfileFile = "profiles/administrators.json";
    const string OrganizationFile = "organization.json";

    static readonly ProfileSettings Shorter = PolicyScene.Administrator with { Session = new() { IdleMinutes = 30 } };
    static readonly NetworkRange Office = new("Head office", "127.0.10.0/24");
    static readonly NetworkRange Tried = new("Tried", "192.0.2.0/24");
    static readonly NetworkRange Branch = new("Branch", "198.51.100.0/24");

    readonly string folder = Directory.CreateTempSubdirectory("oauthserver-trial-").FullName;
    PolicyScene scene = null!;
    ConfigFiles files = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_profile_that_the_files_say_as_it_is_tried_is_kept_and_a_plan_says_so(string database)
    {
        await BeginAsync(database);
        await scene.SaveAsync(scene.Admin.ProfileId, Shorter);
        files.Set(ProfileFile, "session.idleMinutes", "30");
        var said = Assert.Single((await PlanAsync()).Changes);
        Assert.Contains($"the change by {scene.Admin.Username} is no longer on trial", said, StringComparison.Ordinal);
        Assert.EndsWith("the files keep it", said, StringComparison.Ordinal);
        Assert.Single(await PendingAsync());
        Assert.Equal([said], (await ApplyAsync()).Changes);
        Assert.Empty(await PendingAsync());
        Assert.Equal(("profile", "apply"), ((await scene.AuditAsync())[^1].ObjectKind, (await scene.AuditAsync())[^1].Operation));
        await TimeIsOverAsync();
        Assert.Equal(30, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
        Assert.Empty((await ApplyAsync()).Changes);
    }

    [Fact]
    public async Task A_profile_of_which_the_files_say_something_else_is_as_they_say()
    {
        await BeginAsync();
        await scene.SaveAsync(scene.Admin.ProfileId, Shorter);
        Assert.Equal(2, (await ApplyAsync()).Changes.Count); // with the files as they were before
        Assert.Equal(120, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
        Assert.Empty(await PendingAsync());
        // The same settings again are no longer that trial's.
        await scene.Org.ChangeProfileAsync(scene.Admin.ProfileId, Shorter);
        await TimeIsOverAsync();
        Assert.Equal(30, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
    }

    [Fact]
    public async Task A_trial_of_what_the_files_leave_alone_goes_on()
    {
        await BeginAsync();
        files.Delete(ProfileFile);
        await scene.SaveAsync(scene.Admin.ProfileId, Shorter);
        Assert.Empty((await ApplyAsync()).Changes);
        await TimeIsOverAsync();
        Assert.Equal(120, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);

        await NetworksAsync(Office, Tried);
        Assert.Empty((await ApplyAsync()).Changes);
        await TimeIsOverAsync();
        Assert.Equal([Office], await NetworksAsync());
    }

    [Fact]
    public async Task Of_networks_on_trial_only_those_stay_that_the_files_say_too()
    {
        await BeginAsync();
        await NetworksAsync(Tried); // and without the office
        Declare(Office, Branch);
        var report = await ApplyAsync();
        Assert.Equal(4, report.Changes.Count);
        Assert.EndsWith("it was there on trial only", report.Changes[1], StringComparison.Ordinal);
        Assert.Equal([Branch, Office], await NetworksAsync());
        await TimeIsOverAsync();
        Assert.Equal([Branch, Office], await NetworksAsync());

        await NetworksAsync(Office, Branch, Tried);
        Declare(Office, Branch, Tried);
        Assert.EndsWith("the files keep it", Assert.Single((await ApplyAsync()).Changes), StringComparison.Ordinal);
        await TimeIsOverAsync();
        Assert.Equal([Branch, Office, Tried], await NetworksAsync());
    }

    [Fact]
    public async Task A_network_that_was_gone_on_trial_comes_back_where_the_files_do_not_speak_of_it()
    {
        await BeginAsync();
        Declare(Branch);
        await NetworksAsync(Tried);
        await ApplyAsync();
        Assert.Equal([Branch, Office], await NetworksAsync());
        Declare(Branch);
        Assert.Empty((await ApplyAsync()).Changes);
    }

    [Fact]
    public async Task Switches_are_as_the_files_say()
    {
        await BeginAsync();
        await scene.Get<OrganizationOperations>().SaveAsync(scene.Call(), new(SoapLoginEnabled: false));
        files.Set(OrganizationFile, "soapLoginEnabled", "false");
        await ApplyAsync();
        await TimeIsOverAsync();
        Assert.False((await scene.Get<OrganizationOperations>().GetAsync(scene.Call(), new())).Value!.Switches.SoapLoginEnabled);
    }

    [Fact]
    public async Task A_rescue_leaves_a_trial_alone_and_says_how_it_ends()
    {
        await BeginAsync();
        var trial = (await scene.SaveAsync(scene.Admin.ProfileId, Shorter)).Value!.Trial!;
        var opened = Assert.IsType<RescueOutcome.Opened>(await scene.Get<Rescue>().MakeAdministratorAsync(scene.Row.Name, "root", "rescue@localhost"));
        Assert.Contains(opened.Notes, note => note.Contains($"oauthserver trials revert {trial.Trial}", StringComparison.Ordinal));
        await TimeIsOverAsync();
        Assert.Equal(120, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
    }

    /// <summary>An organization, and files that say what it is.</summary>
    async Task BeginAsync(string database = "SQLite")
    {
        scene = await PolicyScene.NewAsync(await servers.OnAsync(database));
        files = new ConfigFiles(folder)
            .Write(OrganizationFile, $$"""{ "name": "{{scene.Row.Name}}", "passwordGrantEnabled": true, "soapLoginEnabled": true, "trustedNetworks": [{ "name": "Head office", "range": "127.0.10.0/24" }] }""")
            .Write(ProfileFile, $$"""{ "name": "{{await scene.NameAsync(scene.Admin.ProfileId)}}", "permissions": { "administrator": true } }""");
        Assert.Empty((await ApplyAsync()).Changes);
    }

    void Declare(params NetworkRange[] networks) => files.Set(OrganizationFile, "trustedNetworks", SettingsJson.Write(networks));

    Task<ApplyReport> PlanAsync() => ConfigApply.PlanAsync(scene.Server.Database, scene.Get<MasterKey>(), folder, prune: false, "tests", scene.Server.Clock);

    Task<ApplyReport> ApplyAsync() => ConfigApply.ApplyAsync(
        scene.Server.Database, scene.Get<MasterKey>(), scene.Get<PasswordHashing>(), folder, prune: false, "tests", scene.Server.Clock,
        guard: new ApplyGuard(scene.Get<AccessCheck>(), scene.Server.Clock, force: false));

    Task TimeIsOverAsync()
    {
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(11));
        return scene.Trials.RevertDueAsync(Stop);
    }

    async Task<IReadOnlyList<NetworkRange>> NetworksAsync(params NetworkRange[] wanted)
    {
        var networks = scene.Get<NetworkOperations>();
        if (wanted.Length > 0)
            Assert.NotNull((await networks.SaveAsync(scene.Call(), new(PolicyScene.Json(wanted)))).Value!.Trial);
        return [.. (await networks.ListAsync(scene.Call(), new())).Value!.Networks.Select(network => new NetworkRange(network.Name, network.Range)).OrderBy(network => network.Name, StringComparer.Ordinal)];
    }

    async Task<List<TrialChange>> PendingAsync()
    {
        await using var db = scene.Server.Database.NewContext();
        return await db.TrialChanges.AsNoTracking().Where(trial => trial.OrgId == scene.Org.Id && trial.ConfirmedAt == null && trial.RevertedAt == null).ToListAsync(Stop);
    }
}
