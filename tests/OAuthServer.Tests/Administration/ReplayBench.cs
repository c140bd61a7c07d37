using System.Diagnostics;
using System.Globalization;
using OAuthServer.Administration.Replay;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>How long a replay takes. Run by hand: <c>-explicit only -class "*ReplayBench"</c>; REPLAY_ATTEMPTS says of how many, REPLAY_POSTGRES=1 on which database.</summary>
public sealed class ReplayBench
{
    [Fact(Explicit = true), Trait("Kind", "Child")]
    public async Task Of_a_million_attempts()
    {
        var attempts = int.Parse(Environment.GetEnvironmentVariable("REPLAY_ATTEMPTS") ?? "1000000", CultureInfo.InvariantCulture);
        await using var server = await TestServer.StartAsync(postgres: Environment.GetEnvironmentVariable("REPLAY_POSTGRES") == "1");
        var scene = await ReplayScene.NewAsync(server);
        var watch = Stopwatch.StartNew();
        var history = await GeneratedHistory.WriteAsync(server.Database, scene.Jobs.Org.Id, attempts, server.Clock.GetUtcNow());
        Say("written", watch);
        foreach (var (what, wish) in new (string, StartReplay)[]
        {
            ("unchanged", new()),
            ("a profile", new(Profile: history.ProfileNames[0], Settings: ReplayScene.Json(new() { ApiOnly = true }))),
            ("networks", new(Networks: [new("Home", "203.0.113.0/24")])),
            ("both", new(Profile: history.ProfileNames[0], Settings: ReplayScene.Json(new() { ApiOnly = true }), Networks: [new("Home", "203.0.113.0/24")])),
        })
        {
            watch.Restart();
            var replay = await scene.ReplayAsync(wish);
            Say($"{what}: {replay.Summary!.Attempts} attempts, {replay.Summary.Counts}", watch);
        }

        static void Say(string what, Stopwatch watch) => TestContext.Current.SendDiagnosticMessage($"{watch.Elapsed.TotalSeconds:0.0} s  {what}");
    }
}
