using System.Text;
using OAuthServer.Features;

namespace OAuthServer.Benchmarks;

/// <summary>
/// Everything in one run: the yardsticks and the server, one core for them and one for the load. Rounds are repeated and each
/// ratio is taken within its round, because a shared machine is never equally fast for long.
/// </summary>
static class Measurement
{
    const int Chains = 64; // twice as many as connections: one is spent on wrk's own trial call

    internal static async Task<int> RunAsync(bool quick, string[] only)
    {
        if (Machine.Lacks("wrk") || Machine.Lacks("taskset"))
        {
            await Console.Error.WriteLineAsync("This needs wrk (apt install wrk) and taskset (apt install util-linux).");
            return 2;
        }
        var folder = Directory.CreateTempSubdirectory("oauthserver-benchmark-").FullName;
        try
        {
            Console.WriteLine(Machine.Describe(folder));
            return await MeasureAsync(folder, quick, only);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<int> MeasureAsync(string folder, bool quick, string[] only)
    {
        var (seconds, rounds, warming) = quick ? (3, 1, 3) : (5, 3, 25);
        await using var seed = await Seed.NewAsync(folder, Child.FreePort());
        var starts = new List<double>();
        for (var i = 0; i < (quick ? 1 : 5); i++)
        {
            await using var once = await ServeAsync(folder);
            starts.Add(once.TimeToAnswer.TotalSeconds);
        }
        var port = Child.FreePort();
        await using var bare = await Child.StartAsync("/", port, "bare", $"{port}");
        await using var ours = await ServeAsync(folder);
        var table = new Table();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var run in Runs(await seed.TokensAsync(Chains)))
            {
                if (only.Length > 0 && !only.Contains(run.Name) && run.Yardstick is not null)
                    continue;
                // The first round warms up: the compiler's last tier comes only after many calls, on one core after seconds.
                var result = await run.Load.RunAsync(run.IsOurs ? ours : bare, round == 0 ? warming : seconds);
                table.Add(run, result, counts: round > 0);
            }
        }
        Console.WriteLine(table);
        Console.WriteLine($"Start to the first answer of discovery: {starts.Order().ElementAt(starts.Count / 2):0.00} s (aim < 1.5 s; {starts.Count} starts, one core)");
        Console.WriteLine($"Resident memory after the runs: {ours.ResidentMegabytes} MB (aim < 250 MB; bare: {bare.ResidentMegabytes} MB)");
        return table.Failures == 0 ? 0 : 1;
    }

    static async Task<Child> ServeAsync(string folder)
    {
        var port = Child.FreePort();
        return await Child.StartAsync(Routes.OpenIdConfiguration, port, "serve", folder, $"{port}");
    }

    static IEnumerable<Run> Runs(List<Tokens.TokenResult> tokens)
    {
        const string app = $"client_id={Seed.App}&client_secret={Seed.Secret}";
        var basic = $"Authorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Seed.ResourceServer}:{Seed.Secret}"))}\r\n";
        const string constant = "bare constant";
        const string signer = "bare signer";
        const string hash = "bare hash";
        yield return new(constant, null, 0, Load.Of([Load.Get("/")]));
        yield return new(signer, null, 0, Load.Of([Load.Post("/sign", $"grant_type=client_credentials&scope=api&{app}")]));
        yield return new("client_credentials", signer, 60, Load.Of([Load.Post(Routes.Token, $"grant_type=client_credentials&scope=api&{app}")]));
        yield return new("refresh", signer, 40, Load.Chained(Routes.Token, $"grant_type=refresh_token&{app}", "refresh_token", tokens.Select(token => token.RefreshToken!)));
        yield return new("introspection", constant, 20, Load.Of(tokens.Select(token => Load.Post(Routes.Introspect, $"token={token.AccessToken}", basic))));
        yield return new("userinfo", constant, 20, Load.Of(tokens.Select(token => Load.Get(Routes.UserInfo, $"Authorization: Bearer {token.AccessToken}\r\n"))));
        yield return new("jwks", constant, 60, Load.Of([Load.Get(Routes.Keys)]));
        yield return new("discovery", constant, 60, Load.Of([Load.Get(Routes.OpenIdConfiguration)]));
        yield return new(hash, null, 0, Load.Of([Load.Get("/hash")], connections: 1));
        // A few at once, so that the next hash can begin when one ends; more would only wait.
        yield return new("password", hash, 95, Load.Of([Load.Post(Routes.Token, $"grant_type=password&scope=api&username={Seed.Username}&password={Seed.Password}&{app}")], connections: 4));
    }
}

/// <summary>One line of the table.</summary>
/// <param name="Name">What is asked for.</param>
/// <param name="Yardstick">The line it is compared with; null for a yardstick.</param>
/// <param name="Aim">Percent of the yardstick.</param>
/// <param name="Load">How it is asked for.</param>
sealed record Run(string Name, string? Yardstick, int Aim, Load Load)
{
    internal bool IsOurs => Yardstick is not null;
}
