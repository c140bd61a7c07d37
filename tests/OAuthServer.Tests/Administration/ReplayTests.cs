using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Jobs;
using OAuthServer.Administration.Replay;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>A draft against what was recorded: what it would change, nothing else, and nothing guessed.</summary>
[Collection(nameof(ServersCollection))]
public sealed class ReplayTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_hundred_thousand_attempts_over_every_channel_nothing_changes_under_the_policy_of_their_day()
    {
        var scene = await ReplayScene.NewAsync(await servers.OnAsync("SQLite"));
        await GeneratedHistory.WriteAsync(scene.Server.Database, scene.Jobs.Org.Id, 100_000, scene.Server.Clock.GetUtcNow());
        await using (var db = scene.Server.Database.NewContext())
        {
            // It is varied indeed.
            var records = db.LoginRecords.Where(r => r.OrgId == scene.Jobs.Org.Id);
            Assert.Equal(Enum.GetValues<LoginChannel>().Length, await records.Select(r => r.Channel).Distinct().CountAsync(Stop));
            Assert.InRange(await records.Select(r => r.Reason).Distinct().CountAsync(Stop), 25, int.MaxValue);
            Assert.InRange(await records.CountAsync(r => r.Decision == "allow", Stop), 10_000, 90_000);
            Assert.InRange(await records.CountAsync(r => r.Decision == "challenge", Stop), 2_000, 90_000);
            Assert.Equal(48, await records.Where(r => r.ProfileId != null).Select(r => new { r.ProfileId, r.ProfileVersion }).Distinct().CountAsync(Stop));
        }
        var replay = await scene.ReplayAsync(new());
        Assert.Equal(new ReplayCounts { Unchanged = 100_000 }, replay.Summary!.Counts);
        Assert.Equal((100_000, 100_000, 0, 0), (replay.Job.Done, replay.Job.Total, replay.Summary.Others, replay.Summary.Stopped));
        Assert.True(replay.Summary.IsUnchanged);
        Assert.InRange(replay.Summary.Integrations, 100, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Finds_exactly_the_attempts_that_the_rules_decide_otherwise(string database)
    {
        var scene = await ReplayScene.NewAsync(await servers.OnAsync(database));
        var history = await GeneratedHistory.WriteAsync(scene.Server.Database, scene.Jobs.Org.Id, 3_000, scene.Server.Clock.GetUtcNow(), seed: 7);
        var replay = await scene.ReplayAsync(new(Profile: history.ProfileNames[1], Settings: ReplayScene.Json(new() { LoginRanges = ["192.0.2.0/24"], Doors = [LoginChannel.Browser] }), Days: 10));
        var summary = replay.Summary!;

        // Counted another way: whoever came in by another door than the browser, or from anywhere else, comes in no more.
        await using var db = scene.Server.Database.NewContext();
        var from = scene.Server.Clock.GetUtcNow().AddDays(-10);
        var records = await db.LoginRecords.AsNoTracking().Where(r => r.OrgId == scene.Jobs.Org.Id && r.At >= from).ToListAsync(Stop);
        var profile = (await db.Profiles.SingleAsync(p => p.Name == history.ProfileNames[1], Stop)).Id;
        var own = records.Where(r => r.ProfileId == profile).ToList();
        Assert.Equal((own.Count, records.Count - own.Count), (summary.Attempts, summary.Others));
        // The draft sets no hours: what a refresh was refused for by some version of the day.
        Assert.All(await scene.LinesAsync(replay.Job.Id, ReplayOutcome.NewlyAllowed), line => Assert.Equal(LoginChannel.RefreshToken, line.Channel));
        var stopped = (await scene.LinesAsync(replay.Job.Id, ReplayOutcome.NewlyRefused)).Where(line => line.Before == "allow").Select(line => line.Reference).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(own.Count(r => r.Decision == "allow" && IsStopped(r)), stopped.Count);
        Assert.NotEmpty(stopped);
        Assert.Equal(summary.Attempts, Enum.GetValues<ReplayOutcome>().Sum(outcome => summary.Counts[outcome]));
        Assert.Equal(summary.Attempts - summary.Counts.Unchanged, summary.Networks.Sum(group => Enum.GetValues<ReplayOutcome>().Sum(outcome => group.Counts[outcome])));

        // A refresh goes on with a login, through no door of its own; an app may relax ranges for it, and for codes and devices.
        static bool IsStopped(LoginRecord record) => record.Channel is not LoginChannel.RefreshToken || !record.Facts.Contains("\"ipRelaxation\":1", StringComparison.Ordinal) && !record.Facts.Contains("\"ipRelaxation\":3", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_of_a_draft_who_is_newly_asked_and_who_comes_in()
    {
        var scene = await ReplayScene.NewAsync(await servers.OnAsync("SQLite"));
        var org = scene.Jobs.TestOrg;
        var (user, app) = (await org.UserAsync(), await org.AppAsync());
        var token = await user.ReceiveTokenAsync();
        var inOffice = await user.LoginAsync(app, TestServer.Office);
        var outside = await user.LoginAsync(app, TestServer.Outside);
        var withToken = await user.LoginAsync(app, TestServer.Outside, token);
        var wrong = await user.LoginAsync(app, TestServer.Outside, password: "wrong");

        // The office is trusted no more; outside is.
        var moved = await scene.ReplayAsync(new(Networks: [new("Outside", "127.0.0.1")]));
        Assert.Equal(new ReplayCounts { Unchanged = 2, NewlyAskedToken = 1, NewlyAllowed = 1 }, moved.Summary!.Counts);
        Assert.Equal(inOffice.Reference, (await scene.LinesAsync(moved.Job.Id, ReplayOutcome.NewlyAskedToken)).Single().Reference);
        var came = (await scene.LinesAsync(moved.Job.Id, ReplayOutcome.NewlyAllowed)).Single();
        Assert.Equal((outside.Reference, "deny SecurityTokenRequired", "allow", user.Username, app.ClientId), (came.Reference, came.Before, came.After, came.User, came.App));
        Assert.Equal((2, 1), (moved.Summary.Integrations, moved.Summary.Stopped));

        var totp = await scene.ReplayAsync(new(Profile: user.ProfileName, Settings: ReplayScene.Json(new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } })));
        Assert.Equal((2, 0), (totp.Summary!.Counts.NewlyAskedFactor, totp.Summary.Counts.NewlyAllowed));
        Assert.Contains(withToken.Reference, (await scene.LinesAsync(totp.Job.Id, ReplayOutcome.NewlyAskedFactor)).Select(line => line.Reference));

        var line = (await scene.Replays.LineAsync(scene.Call(), new(moved.Job.Id, outside.Reference!))).Value!;
        Assert.Equal(ReplayOutcome.NewlyAllowed, line.Outcome);
        Assert.Contains(line.Recorded.Rules, rule => rule is { Rule: "SecurityTokenOffTrustedNetwork", Passed: false });
        Assert.Contains(line.Drafted.Rules, rule => rule is { Rule: "SecurityTokenOffTrustedNetwork", Passed: true } && rule.Sentence.Contains("\"Outside\"", StringComparison.Ordinal));
        Assert.Equal(ReplayOutcome.Unchanged, (await scene.Replays.LineAsync(scene.Call(), new(moved.Job.Id, wrong.Reference!))).Value!.Outcome);
    }

    [Fact]
    public async Task Says_what_is_not_known_instead_of_guessing()
    {
        var scene = await ReplayScene.NewAsync(await servers.OnAsync("SQLite"));
        var org = scene.Jobs.TestOrg;
        var app = await org.AppAsync();
        // Refused by its ranges and without a token, because with ranges none is asked for; the draft asks for one.
        var ranged = await org.UserAsync(new() { LoginRanges = ["192.0.2.0/24"] });
        await ranged.LoginAsync(app, TestServer.Outside);
        var asked = await scene.ReplayAsync(new(Profile: ranged.ProfileName, Settings: ReplayScene.Json(new())));
        Assert.Equal(new ReplayCounts { Unknown = 1 }, asked.Summary!.Counts);
        Assert.Contains("none was asked for then", (await scene.LinesAsync(asked.Job.Id, ReplayOutcome.Unknown)).Single().Note, StringComparison.Ordinal);

        // How old a token was is not kept.
        var holder = await org.UserAsync();
        await holder.LoginAsync(app, TestServer.Outside, await holder.ReceiveTokenAsync());
        var aged = await scene.ReplayAsync(new(Profile: holder.ProfileName, Settings: ReplayScene.Json(new() { SecurityToken = new() { LifetimeDays = 1 } })));
        Assert.Equal(new ReplayCounts { Unknown = 1 }, aged.Summary!.Counts);
        Assert.Equal(0, aged.Summary.Stopped);
    }

    [Fact]
    public async Task Goes_on_after_its_server_was_killed_and_counts_nothing_twice()
    {
        var scene = await ReplayScene.NewAsync(await servers.OnAsync("SQLite"));
        var history = await GeneratedHistory.WriteAsync(scene.Server.Database, scene.Jobs.Org.Id, 25_000, scene.Server.Clock.GetUtcNow(), seed: 11);
        var wish = new StartReplay(Profile: history.ProfileNames[0], Settings: ReplayScene.Json(new() { ApiOnly = true }), Networks: [new("All", "0.0.0.0/0")]);
        var whole = await scene.ReplayAsync(wish);
        await using (var db = scene.Server.Database.NewContext())
        {
            // As it stood after the first part: what was counted, and the lines that were kept.
            var references = scene.Server.Services.GetRequiredService<LoginReferences>();
            var job = await db.Jobs.SingleAsync(j => j.Id == whole.Job.Id, Stop);
            var copy = new Job { Id = RandomId.New(16), OrgId = job.OrgId, Kind = "held", State = JobState.Waiting, Input = job.Input, Actor = job.Actor, CreatedAt = job.CreatedAt };
            db.Add(copy);
            await db.SaveChangesAsync(Stop);
            var kind = new Stopping(new(scene.Server.Database, references), "held");
            var worker = scene.Jobs.Worker(kind);
            await worker.RunAsync((await worker.TakeAsync(Stop))!, kind.Stopped.Token);
            var half = await scene.Jobs.RowAsync(copy.Id);
            Assert.Equal(JobState.Waiting, half.State);
            Assert.InRange(half.Done, 10_000, 20_000);
            await db.Jobs.Where(j => j.Id == copy.Id).ExecuteUpdateAsync(set => set.SetProperty(j => j.Kind, "replay"), Stop);
            var resumed = await scene.EndAsync(copy.Id);
            Assert.Equal(SettingsJson.Write(whole.Summary), SettingsJson.Write(resumed.Summary));
            Assert.Equal(await LinesAsync(db, whole.Job.Id), await LinesAsync(db, copy.Id));
            Assert.InRange(whole.Summary!.Counts.NewlyRefused, 100, int.MaxValue);
        }

        static Task<List<string>> LinesAsync(ServerDb db, string id) => db.JobLines.Where(line => line.JobId == id).OrderBy(line => line.Number).Select(line => line.Outcome + line.Content).ToListAsync(Stop);
    }

    [Fact]
    public async Task Of_another_organization_is_not_there()
    {
        var server = await servers.OnAsync("SQLite");
        var (mine, theirs) = (await ReplayScene.NewAsync(server), await ReplayScene.NewAsync(server));
        var org = theirs.Jobs.TestOrg;
        var (user, app) = (await org.UserAsync(), await org.AppAsync());
        var login = await user.LoginAsync(app, TestServer.Office);
        var replay = await theirs.ReplayAsync(new(Profile: user.ProfileName, Settings: ReplayScene.Json(new() { ApiOnly = true })));
        var draft = (await theirs.Drafts.SaveAsync(theirs.Call(), new(Profile: user.ProfileName, Settings: ReplayScene.Json(new())))).Value!;
        Assert.IsType<AdminRefusal.NotFound>((await mine.Replays.GetAsync(mine.Call(), new(replay.Job.Id))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await mine.Replays.LineAsync(mine.Call(), new(replay.Job.Id, login.Reference!))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await mine.Replays.StartAsync(mine.Call(), new([draft.Id]))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await mine.Replays.StartAsync(mine.Call(), new(Profile: user.ProfileName, Settings: ReplayScene.Json(new())))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await mine.Drafts.GetAsync(mine.Call(), new(draft.Id))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await mine.Drafts.SaveAsync(mine.Call(), new(draft.Id, Networks: []))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await mine.Drafts.DeleteAsync(mine.Call(), new(draft.Id))).Refusal);
        Assert.Empty((await mine.Drafts.ListAsync(mine.Call(), new())).Value!.Items);

        // A login of theirs is none of a replay of mine.
        var own = await mine.ReplayAsync(new());
        Assert.Equal(0, own.Summary!.Attempts);
        Assert.IsType<AdminRefusal.NotFound>((await mine.Replays.LineAsync(mine.Call(), new(own.Job.Id, login.Reference!))).Refusal);
    }

    /// <summary>A replay whose server stops after its first checkpoint.</summary>
    sealed class Stopping(ReplayJob replay, string kind) : IJobKind
    {
        public CancellationTokenSource Stopped { get; } = new();

        public string Kind => kind;

        public async Task RunAsync(JobRun run, CancellationToken cancellation)
        {
            var working = Task.Run(() => replay.RunAsync(run, cancellation), CancellationToken.None);
            while (run.Done == 0)
                await Task.Delay(1, CancellationToken.None);
            await Stopped.CancelAsync();
            await working;
        }
    }
}
