using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Replay;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>An administrator with a history to replay.</summary>
public sealed class ReplayScene
{
    ReplayScene(JobScene jobs) => Jobs = jobs;

    public JobScene Jobs { get; }

    public TestServer Server => Jobs.Server;

    public ReplayOperations Replays => Server.Services.GetRequiredService<ReplayOperations>();

    public DraftOperations Drafts => Server.Services.GetRequiredService<DraftOperations>();

    public static async Task<ReplayScene> NewAsync(TestServer server) => new(await JobScene.NewAsync(server));

    public AdminCall Call(string operation = "test") => Jobs.Call(operation);

    /// <summary>Settings as they are sent.</summary>
    public static JsonElement Json(ProfileSettings settings) => JsonElement.Parse(SettingsJson.Write(settings));

    /// <summary>Runs a replay to its end.</summary>
    public async Task<ReplaySight> ReplayAsync(StartReplay wish)
    {
        var started = await Replays.StartAsync(Call("replay.start"), wish);
        Assert.Null(started.Refusal);
        return await EndAsync(started.Value!.Job.Id);
    }

    /// <summary>Waits for the server's own worker.</summary>
    public async Task<ReplaySight> EndAsync(string id)
    {
        for (var i = 0; i < 6_000; i++)
        {
            var sight = (await Replays.GetAsync(Call("replay.get"), new(id))).Value!;
            if (sight.Job.IsOver)
            {
                Assert.Equal((JobState.Done, null), (sight.Job.State, sight.Job.Problem));
                return sight;
            }
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        throw new TimeoutException("The replay did not end.");
    }

    /// <summary>The lines of one outcome.</summary>
    public async Task<IReadOnlyList<ReplayLine>> LinesAsync(string id, ReplayOutcome outcome) =>
        [.. (await Jobs.Jobs.LinesAsync(Call("jobs.lines"), new(id, ReplayJob.OutcomeWord(outcome), Limit: 500))).Value!.Items.Select(line => line.Content.Deserialize<ReplayLine>(SettingsJson.Options)!)];
}
