using System.CommandLine;
using OAuthServer.Hosting.Backups;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>backup</c>: the database of this moment in one file, while the server goes on.</summary>
static class BackupCommand
{
    internal static Command New()
    {
        var which = new WhichServer();
        var file = new Argument<FileInfo>("file") { Description = "A file that is not there yet." };
        var command = new Command("backup", "Write the whole database of this moment into one file, while the server goes on.") { file };
        which.AddTo(command);
        command.SetAction((parsed, cancellation) => WhichServer.RunAsync(() => RunAsync(which.Options(parsed), parsed.GetValue(file)!.FullName, cancellation)));
        return command;
    }

    static async Task<int> RunAsync(ServerOptions options, string file, CancellationToken cancellation)
    {
        if (File.Exists(file))
            throw new InvalidOperationException($"{file} is there already; name another file.");
        if (options.Database.SqlitePath is { } path)
            await SqliteBackup.WriteAsync(path, file, cancellation);
        else
            await PostgresBackup.WriteAsync(options.Database.PostgresConnectionString!, file, cancellation);
        Console.WriteLine($"The database is in {file} ({new FileInfo(file).Length} bytes), readable by its owner only.");
        Console.WriteLine("The master key is not in it, and nothing sealed opens without it: keep the key too, in another place.");
        return 0;
    }
}
