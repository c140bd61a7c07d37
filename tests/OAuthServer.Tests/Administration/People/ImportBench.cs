using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OAuthServer.Administration.Jobs;
using OAuthServer.Administration.People.Import;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.People;

/// <summary>How fast people are imported. Run by hand: <c>-explicit only -class "*ImportBench"</c>; IMPORT_PEOPLE says how many, IMPORT_DATABASE=PostgreSQL where.</summary>
public sealed class ImportBench
{
    [Fact(Explicit = true), Trait("Kind", "Child")]
    public async Task Of_a_hundred_thousand_people_looked_at_and_carried_out()
    {
        await using var server = await TestServer.StartAsync(postgres: Environment.GetEnvironmentVariable("IMPORT_DATABASE") == "PostgreSQL");
        var scene = await PeopleScene.NewAsync(server);
        var profile = await scene.Test.ProfileAsync(new());
        await server.NoticeAsync();
        var count = int.Parse(Environment.GetEnvironmentVariable("IMPORT_PEOPLE") ?? "100000", CultureInfo.InvariantCulture);
        var room = scene.Room<ImportOperations>();
        var file = FileOf(count, profile.Name);

        var watch = Stopwatch.StartNew();
        var id = PeopleScene.Done(await room.ImportAsync(scene.Call("users.import"), new(new(new MemoryStream(file))))).Id;
        Say($"{file.Length / 1024.0 / 1024:0.0} MB sent", watch);
        var looked = await EndAsync(scene, id);
        Say($"preview of {count} people", watch);
        Assert.Equal(new ImportResult(false, count, 0, 0, 0, 0), looked);
        watch.Restart();
        PeopleScene.Done(await room.ApplyAsync(scene.Call("users.import-apply"), new(id)));
        var done = await EndAsync(scene, id);
        Say($"import of {count} people", watch);
        Assert.Equal(new ImportResult(true, count, 0, 0, 0, 0), done);
        watch.Restart();
        Assert.Equal(new ImportResult(false, 0, 0, count, 0, 0), await EndAsync(scene, PeopleScene.Done(await room.ImportAsync(scene.Call("users.import"), new(new(new MemoryStream(file))))).Id));
        Say($"preview of the same {count} people once more", watch);

        static void Say(string what, Stopwatch watch) => TestContext.Current.SendDiagnosticMessage($"{watch.Elapsed.TotalSeconds,9:0.0} s  {what}");
    }

    static byte[] FileOf(int count, string profile)
    {
        var text = new StringBuilder("username,email,firstName,lastName,profile\n");
        for (var i = 0; i < count; i++)
            text.Append(CultureInfo.InvariantCulture, $"bench-{i:D6}@example.test,bench-{i:D6}@mail.test,Bench,Person {i:D6},{profile}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static async Task<ImportResult> EndAsync(PeopleScene scene, string id)
    {
        JobSight job;
        while (!(job = PeopleScene.Done(await scene.Room<JobOperations>().GetAsync(scene.Call("jobs.get"), new(id)))).IsOver)
            await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.True(job.State == JobState.Done, job.Problem);
        return job.Result!.Value.Deserialize<ImportResult>(SettingsJson.Options)!;
    }
}
