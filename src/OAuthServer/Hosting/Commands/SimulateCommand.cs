using System.CommandLine;
using OAuthServer.Administration.Policies;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>simulate</c>: runs example logins of a file under the policy that is live. Nothing is saved.</summary>
static class SimulateCommand
{
    internal static Command New()
    {
        var which = new WhichServer();
        var file = new Option<FileInfo>("--file") { Description = "Example logins: one, or a list of them, each as in tests/*.json.", Required = true };
        var org = new Option<string?>("--org") { Description = "The organization's alias or name; not needed where there is one only." };
        var command = new Command("simulate", "Run example logins under the policy that is live, and say which get another answer than they must.") { file, org };
        which.AddTo(command);
        command.SetAction(parsed => WhichServer.RunAsync(() => RunAsync(which.Options(parsed), parsed.GetValue(file)!.FullName, parsed.GetValue(org))));
        return command;
    }

    static async Task<int> RunAsync(ServerOptions options, string file, string? org)
    {
        var examples = CasesFile.Read(file);
        await using var app = Server.Build(options);
        await using var db = app.Services.GetRequiredService<Database>().NewContext();
        var policy = await OrgPolicy.LoadAsync(db, (await OperatorCalls.OrganizationAsync(app.Services.GetRequiredService<Database>(), org)).Id);
        var results = await app.Services.GetRequiredService<PolicyTestRuns>().RunAsync(db, policy, [.. examples.Select(example => (example.Name, example.Login))], CancellationToken.None);
        foreach (var result in results)
            Console.WriteLine(result.Passed ? $"ok      {result.Test}" : $"FAILED  {result.Test}: expected {result.Expected}, got {result.Found}");
        var failed = results.Count(result => !result.Passed);
        Console.WriteLine(failed == 0 ? $"{results.Count} passed." : $"{failed} of {results.Count} failed.");
        return failed == 0 ? 0 : 1;
    }
}
