using System.CommandLine;
using OAuthServer.Configuration;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>export</c>: an organization as the files that <c>apply</c> reads.</summary>
static class ExportCommand
{
    internal static Command New()
    {
        var which = new WhichServer();
        var folder = new Argument<DirectoryInfo>("folder") { Description = "A folder that is empty or not there yet." };
        var org = new Option<string?>("--org") { Description = "The organization, by its alias or name. May be left out where there is only one." };
        var users = new Option<bool>("--users") { Description = "Also the people." };
        var command = new Command("export", "Write an organization as the files that apply reads. Secrets are not in them.") { folder, org, users };
        which.AddTo(command);
        command.SetAction((parsed, cancellation) => WhichServer.RunAsync(
            () => RunAsync(which.Options(parsed), parsed.GetValue(folder)!.FullName, parsed.GetValue(org), parsed.GetValue(users), cancellation)));
        return command;
    }

    static async Task<int> RunAsync(ServerOptions options, string folder, string? name, bool users, CancellationToken cancellation)
    {
        // A file that is left over would be applied with the others.
        if (File.Exists(folder) || Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new InvalidOperationException($"{folder} is not empty; name another folder.");
        await using var app = Server.Build(options);
        var database = app.Services.GetRequiredService<Database>();
        var id = (await OperatorCalls.OrganizationAsync(database, name)).Id;
        var count = 0;
        await foreach (var file in ConfigExport.ReadAsync(database, id, users, cancellation))
        {
            var path = Path.Combine(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, file.Content, cancellation);
            count++;
        }
        Console.WriteLine($"{count} files are in {folder}. Secrets are not in them: what says \"keep\" stays in the database it is in.");
        return 0;
    }
}
