using System.CommandLine;
using OAuthServer.Hosting.Demo;
using OAuthServer.Http;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>demo</c>: an organization to try everything on, in a folder of its own, with passwords made up for it.</summary>
static class DemoCommand
{
    internal static Command New()
    {
        var url = new Option<string>("--url") { Description = "Where to listen; also the public URL.", DefaultValueFactory = _ => "http://localhost:5000" };
        var data = new Option<DirectoryInfo>("--data") { Description = "The demo's folder.", DefaultValueFactory = _ => new("data/demo") };
        var summary = new Option<FileInfo?>("--summary") { Description = "Also write users and apps to this file, as JSON." };
        var anywhere = new Option<bool>("--demo-anywhere") { Description = "Listen where others can reach it." };
        var command = new Command("demo", "Run a demo organization on SQLite and print lines to paste.") { url, data, summary, anywhere };
        command.SetAction((parsed, cancellation) => WhichServer.RunAsync(() => RunAsync(
            parsed.GetValue(url)!.TrimEnd('/'), parsed.GetValue(data)!.FullName, parsed.GetValue(summary)?.FullName, parsed.GetValue(anywhere), cancellation)));
        return command;
    }

    static async Task<int> RunAsync(string url, string data, string? summary, bool anywhere, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.PathAndQuery != "/")
            throw new InvalidOperationException($"--url {url} is not an address such as http://localhost:5000.");
        if (!anywhere && !ThisMachine.IsNamed(address.Host))
            throw new InvalidOperationException($"--url {url} can be reached by others, and the demo's passwords are printed. Use localhost, or say --demo-anywhere.");
        var folder = DemoFolder.OpenOrMake(data);
        await using var app = Server.Build(folder.Options(url), builder => builder.Logging.SetMinimumLevel(LogLevel.Warning)); // what is printed is to be found again
        await Server.PrepareAsync(app, cancellation);
        await app.StartAsync(cancellation);
        var scene = await DemoScene.SetAsync(app.Services, folder);
        if (summary is not null)
            DemoFolder.WritePrivately(summary, DemoText.Summary(url, folder.Mail, scene));
        Console.WriteLine(DemoText.Of(url, data, folder.Mail, scene));
        await app.WaitForShutdownAsync(CancellationToken.None);
        return 0;
    }
}
