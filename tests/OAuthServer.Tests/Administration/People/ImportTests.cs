using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Jobs;
using OAuthServer.Administration.People.Import;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.People;

/// <summary>People from files: seen before it is done, done once, and gone on with after a kill.</summary>
[Collection(nameof(ServersCollection))]
public sealed class ImportTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_preview_says_line_by_line_what_would_be_made_and_changed_and_is_wrong_and_changes_nothing(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var present = await scene.Test.UserAsync(change: user => user.FirstName = "Old");
        var elsewhere = await (await PeopleScene.NewAsync(scene.Server)).Test.UserAsync();
        var profile = await scene.Test.ProfileAsync(new());
        await scene.Server.NoticeAsync();
        var id = scene.Org.Id;
        var job = await PreviewAsync(scene, $""""
            username,email,firstName,profile,status
            new-{id}@x.test,new@x.test,"Ann, ""A""",{profile.Name},
            {present.Username.ToUpperInvariant()},,New,,frozen
            {present.Username},,,,
            bad-{id},nonsense,,nowhere,asleep
            {elsewhere.Username},a@x.test,,{profile.Name},
            only-{id}
            {scene.Admin.Username},,,{profile.Name},inactive
            """");
        var result = ResultOf(job);
        Assert.Equal((false, 1, 1, 0, 5), (result.Applied, result.Made, result.Changed, result.Same, result.Errors));
        Assert.Equal((JobState.Done, 7, 7), (job.State, job.Done, job.Total));
        var lines = await LinesAsync(scene, job.Id);
        Assert.Equal(
            ["2 made", "3 changed", "4 error", "5 error", "6 error", "7 error", "8 error"], lines.Select(line => $"{line.Number} {line.Outcome}"));
        Assert.Contains(new ImportChange("firstName", "Old", "New"), lines[1].Line.Changes);
        Assert.Contains(new ImportChange("status", "active", "frozen"), lines[1].Line.Changes);
        Assert.Contains(new ImportChange("firstName", null, "Ann, \"A\""), lines[0].Line.Changes);
        Assert.Equal("is in line 3 already.", lines[2].Line.Flaws.Single().Message[^21..]);
        Assert.Equal(["email", "status"], lines[3].Line.Flaws.Select(flaw => flaw.Field).Order());
        Assert.Equal($"bad-{id},".Length + 1, lines[3].Line.Flaws.Single(flaw => flaw.Field == "email").Column);
        Assert.Equal("is taken on this server; choose another.", lines[4].Line.Flaws.Single().Message);
        Assert.Equal("There are 1 cells; the first line has 5.", lines[5].Line.Flaws.Single().Message);
        Assert.Equal(["profile", "status"], lines[6].Line.Flaws.Select(flaw => flaw.Field).Order());
        Assert.Equal("Old", (await present.RowAsync()).FirstName);
        Assert.Equal(2, await CountAsync(scene));
    }

    [Fact]
    public async Task No_line_decides_how_an_administrator_signs_in()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var other = await scene.Test.UserAsync(PeopleScene.Administrator, change: user => user.IsBreakGlass = true);
        var shut = await scene.Test.ProfileAsync(PeopleScene.Administrator with { Doors = [LoginChannel.ClientCredentials] });
        await scene.Server.NoticeAsync();
        var job = await PreviewAsync(scene, $"username,profile,breakGlass,firstName\n{scene.Admin.Username},{shut.Name},,\n{other.Username},,false,\n");
        Assert.Equal(["profile", "breakGlass"], (await LinesAsync(scene, job.Id)).Select(line => line.Line.Flaws.Single().Field));
        var harmless = await PreviewAsync(scene, $"username,profile,breakGlass,firstName\n{other.Username},{other.ProfileName},true,New\n");
        Assert.Equal((1, 0), (ResultOf(harmless).Changed, ResultOf(harmless).Errors));
    }

    [Fact]
    public async Task A_few_imports_are_under_way_at_once_and_their_files_go_when_they_end()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var looked = await PreviewAsync(scene, $"username,firstName\n{scene.Admin.Username},New\n");
        await using var db = scene.Server.Database.NewContext();
        Task<bool> HasFileAsync() => db.JobChunks.AnyAsync(chunk => chunk.JobId == looked.Id, Stop);
        Assert.True(await HasFileAsync()); // to be carried out
        var held = Enumerable.Range(0, 3).Select(_ => new Job
        {
            Id = RandomId.New(16),
            OrgId = scene.Org.Id,
            Kind = UserImport.Word,
            State = JobState.Running,
            Input = "{}",
            Actor = "{}",
            CreatedAt = scene.Server.Clock.GetUtcNow(),
            SeenAt = DateTimeOffset.MaxValue,
        }).ToList();
        db.AddRange(held);
        await db.SaveChangesAsync(Stop);
        var room = scene.Room<ImportOperations>();
        Assert.Equal("too-many-imports", PeopleScene.Conflict(await room.ImportAsync(scene.Call("users.import"), new(new(new MemoryStream("username"u8.ToArray()))))));
        Assert.Equal("too-many-imports", PeopleScene.Conflict(await room.ApplyAsync(scene.Call("users.import-apply"), new(looked.Id))));
        PeopleScene.Done(await scene.Room<JobOperations>().CancelAsync(scene.Call("jobs.cancel"), new(held[0].Id)));
        PeopleScene.Done(await room.ApplyAsync(scene.Call("users.import-apply"), new(looked.Id)));
        await EndAsync(scene, looked.Id);
        Assert.False(await HasFileAsync());
        await db.Jobs.Where(j => j.OrgId == scene.Org.Id && j.State == JobState.Running).ExecuteDeleteAsync(Stop);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_imports_that_are_sent_at_the_same_moment_no_more_come_through(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var gate = new TaskCompletionSource();
        var reading = 0;
        var sent = Enumerable.Range(0, 9).Select(_ => Task.Run(() => scene.Room<ImportOperations>().ImportAsync(
            scene.Call("users.import"), new(new(new Held(() =>
            {
                Interlocked.Increment(ref reading);
                return gate.Task;
            })))), Stop)).ToList();
        await Until.TrueAsync(() => Task.FromResult(reading + sent.Count(one => one.IsCompleted) == sent.Count), seconds: 30);
        var read = reading;
        gate.SetResult();
        var answers = await Task.WhenAll(sent);
        Assert.Equal((3, 6), (read, answers.Count(answer => answer.Refusal is AdminRefusal.Conflict { Type: "too-many-imports" })));
        foreach (var answer in answers.Where(answer => answer.Refusal is null))
            await EndAsync(scene, answer.Value!.Id);
    }

    [Fact]
    public async Task A_file_of_more_lines_than_memory_is_given_to_fails()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var text = new StringBuilder("username\n");
        for (var i = 0; i <= UserImport.MostLines; i++)
            text.Append("a\n");
        var job = await PreviewAsync(scene, text.ToString());
        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("more than 500000 lines", job.Problem, StringComparison.Ordinal);
        await using var db = scene.Server.Database.NewContext();
        Assert.False(await db.JobChunks.AnyAsync(chunk => chunk.JobId == job.Id, Stop));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_import_is_carried_out_once_with_its_trail_and_mails_only_when_asked(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var provider = await scene.Test.ProviderAsync(new() { Label = "IdP", Oidc = new() { Issuer = "https://idp.test", ClientId = "x" } });
        var leaver = await scene.Test.UserAsync();
        var profile = await scene.Test.ProfileAsync(new());
        await scene.Server.NoticeAsync();
        await new TestBrowser(scene.Server).SignInAsync(leaver);
        var name = $"new-{scene.Org.Id.ToLowerInvariant()}@x.test";
        var text = $"\uFEFFusername;profile;email;status;federationProvider;federationSubject\r\n{name};{profile.Name};{name};;{provider.Row.Name};s-1\r\n{leaver.Username};;;inactive;;\r\n";
        var preview = await PreviewAsync(scene, text);
        var room = scene.Room<ImportOperations>();
        var other = await PeopleScene.NewAsync(scene.Server);
        Assert.IsType<AdminRefusal.NotFound>((await room.ApplyAsync(other.Call("users.import-apply"), new(preview.Id))).Refusal);
        PeopleScene.Done(await room.ApplyAsync(scene.Call("users.import-apply"), new(preview.Id, Invite: true)));
        Assert.Equal("not-previewed", PeopleScene.Conflict(await room.ApplyAsync(scene.Call("users.import-apply"), new(preview.Id))));
        var job = await EndAsync(scene, preview.Id);
        Assert.Equal(new ImportResult(true, 1, 1, 0, 0, 1), ResultOf(job));
        Assert.Equal("not-previewed", PeopleScene.Conflict(await room.ApplyAsync(scene.Call("users.import-apply"), new(preview.Id))));
        await using var db = scene.Server.Database.NewContext();
        var user = await db.Users.SingleAsync(u => u.Username == name, Stop);
        var identity = await db.FederatedIdentities.SingleAsync(i => i.UserId == user.Id, Stop);
        Assert.Equal((provider.Id, "s-1"), (identity.ProviderId, identity.Subject));
        Assert.Equal("Activate your account", await db.OutboxMessages.Where(m => m.Recipient == name).Select(m => m.Subject).SingleAsync(Stop));
        Assert.Equal((UserStatus.Inactive, 0), ((await leaver.RowAsync()).Status, await db.BrowserSessions.CountAsync(s => s.UserId == leaver.Id && s.EndedAt == null, Stop)));
        var trail = await scene.TrailAsync(leaver.Id);
        Assert.Equal(("users.import-apply", scene.Admin.Username, "{\"status\":\"inactive\"}"), (trail.Single().Operation, trail.Single().Actor, trail.Single().After));
        Assert.Equal(new ImportResult(false, 0, 0, 2, 0, 0), ResultOf(await PreviewAsync(scene, text)));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_import_that_is_killed_in_the_middle_goes_on_and_makes_nobody_twice(string database)
    {
        // A clock and a worker of its own: the killed one must be taken for dead.
        await using var server = await TestServer.StartAsync(database == "PostgreSQL", customize: builder =>
        {
            var hosted = builder.Services.Single(service => service.ServiceType == typeof(Microsoft.Extensions.Hosting.IHostedService) && service.ImplementationFactory?.Method.ReturnType == typeof(JobWorker));
            builder.Services.Remove(hosted);
        });
        var scene = await PeopleScene.NewAsync(server);
        var profile = await scene.Test.ProfileAsync(new());
        await server.NoticeAsync();
        const int Count = 2300;
        var text = new StringBuilder("username,email,profile\n");
        for (var i = 0; i < Count; i++)
            text.Append("kill-").Append(i).Append("@x.test,kill@x.test,").Append(profile.Name).Append('\n');
        var id = PeopleScene.Done(await scene.Room<ImportOperations>().ImportAsync(scene.Call("users.import"), new(new(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())))))).Id;
        var import = (UserImport)server.Services.GetServices<IJobKind>().Single(kind => kind.Kind == "import");
        JobWorker NewWorker() => new(server.Database, [import], server.Clock, new LogLines<JobWorker>());
        await NewWorker().RunAsync((await NewWorker().TakeAsync(Stop))!, Stop);
        PeopleScene.Done(await scene.Room<ImportOperations>().ApplyAsync(scene.Call("users.import-apply"), new(id)));

        // Killed inside its third batch: it does nothing more, and says no farewell.
        var run = (await NewWorker().TakeAsync(Stop))!;
        using (var kill = new CancellationTokenSource())
        {
            var doomed = ActivatorUtilities.CreateInstance<UserImport>(server.Services, new Fatal(server.Clock, kill));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => doomed.RunAsync(run, kill.Token));
        }
        Assert.Equal(1000 + 1, await CountAsync(scene));
        Assert.Null(await NewWorker().TakeAsync(Stop));
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        await NewWorker().RunAsync((await NewWorker().TakeAsync(Stop))!, Stop);
        var job = PeopleScene.Done(await scene.Room<JobOperations>().GetAsync(scene.Call("jobs.get"), new(id)));
        Assert.Equal((JobState.Done, new ImportResult(true, Count, 0, 0, 0, 0)), (job.State, ResultOf(job)));
        Assert.Equal(Count + 1, await CountAsync(scene));
        await using var db = server.Database.NewContext();
        Assert.Equal(Count, await db.AuditEntries.CountAsync(a => a.OrgId == scene.Org.Id && a.ObjectKind == "user", Stop));
        Assert.Equal(Count, await db.JobLines.CountAsync(l => l.JobId == id && l.Number > 0, Stop));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Two_imports_of_the_same_names_make_each_of_them_once(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var profile = await scene.Test.ProfileAsync(new());
        await scene.Server.NoticeAsync();
        var text = new StringBuilder("username,email,profile\n");
        for (var i = 0; i < 700; i++)
            text.Append($"twice-{scene.Org.Id}-{i}@x.test,t@x.test,{profile.Name}\n");
        var previews = new[] { await PreviewAsync(scene, text.ToString()), await PreviewAsync(scene, text.ToString()) };
        foreach (var preview in previews)
            PeopleScene.Done(await scene.Room<ImportOperations>().ApplyAsync(scene.Call("users.import-apply"), new(preview.Id)));
        var results = new List<ImportResult>();
        foreach (var preview in previews)
            results.Add(ResultOf(await EndAsync(scene, preview.Id)));
        Assert.Equal((700, 700, 0), (results.Sum(result => result.Made), results.Sum(result => result.Same), results.Sum(result => result.Errors)));
        Assert.Equal(701, await CountAsync(scene));
    }

    [Fact]
    public async Task What_is_exported_is_imported_without_a_change()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Test.UserAsync(change: user => (user.FirstName, user.LastName) = ("=HYPERLINK(\"x\")", "Müller; \"the\" one, '=2"));
        await scene.ManyAsync(1100, user.ProfileId);
        await scene.Server.NoticeAsync();
        var file = PeopleScene.Done(await scene.Room<ImportOperations>().ExportAsync(scene.Call("users.export"), new()));
        using var written = new MemoryStream();
        await file.WriteAsync(written, Stop);
        var text = Encoding.UTF8.GetString(written.ToArray());
        Assert.Contains(",\"'=HYPERLINK(\"\"x\"\")\",\"Müller; \"\"the\"\" one, '=2\",", text, StringComparison.Ordinal);
        Assert.DoesNotContain("HASH", text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(new ImportResult(false, 0, 0, 1102, 0, 0), ResultOf(await PreviewAsync(scene, text)));
    }

    [Theory]
    [InlineData("name,email\n", "Line 1, column 1: \"name\" is no column")]
    [InlineData("username,email,EMAIL\n", "Line 1, column 16: the column \"EMAIL\" is there twice.")]
    [InlineData("email\n", "Line 1: there is no column username")]
    [InlineData("\n\n", "The file is empty")]
    public async Task A_file_without_a_right_first_line_is_refused_with_the_reason(string text, string problem)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var job = await PreviewAsync(scene, text);
        Assert.Equal(JobState.Failed, job.State);
        Assert.StartsWith(problem, job.Problem, StringComparison.Ordinal);
    }

    /// <summary>A sender who waits before the first byte.</summary>
    sealed class Held(Func<Task> wait) : MemoryStream("username\n"u8.ToArray())
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == 0)
                await wait();
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }

    /// <summary>Ends everything when it is asked for the third time.</summary>
    sealed class Fatal(TimeProvider clock, CancellationTokenSource kill) : TimeProvider
    {
        int asked;

        public override DateTimeOffset GetUtcNow()
        {
            if (++asked == 3)
                kill.Cancel();
            return clock.GetUtcNow();
        }
    }

    static async Task<JobSight> PreviewAsync(PeopleScene scene, string text) => await EndAsync(
        scene, PeopleScene.Done(await scene.Room<ImportOperations>().ImportAsync(scene.Call("users.import"), new(new(new MemoryStream(Encoding.UTF8.GetBytes(text)))))).Id);

    static async Task<JobSight> EndAsync(PeopleScene scene, string id)
    {
        JobSight? job = null;
        await Until.TrueAsync(async () => (job = PeopleScene.Done(await scene.Room<JobOperations>().GetAsync(scene.Call("jobs.get"), new(id)))).IsOver, seconds: 120);
        return job!;
    }

    static ImportResult ResultOf(JobSight job) => job.Result!.Value.Deserialize<ImportResult>(SettingsJson.Options)!;

    static async Task<IReadOnlyList<(long Number, string Outcome, ImportLine Line)>> LinesAsync(PeopleScene scene, string id) =>
    [
        .. PeopleScene.Done(await scene.Room<JobOperations>().LinesAsync(scene.Call("jobs.lines"), new(id))).Items
            .Select(line => (line.Number, line.Outcome, line.Content.Deserialize<ImportLine>(SettingsJson.Options)!)),
    ];

    static async Task<int> CountAsync(PeopleScene scene)
    {
        await using var db = scene.Server.Database.NewContext();
        return await db.Users.CountAsync(u => u.OrgId == scene.Org.Id, Stop);
    }
}
