using System.CommandLine;
using OAuthServer.Data;
using OAuthServer.Hosting.Backups;
using OAuthServer.Hosting.Checks;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>restore</c>: puts a backup in the database's place.</summary>
static class RestoreCommand
{
    internal static Command New()
    {
        var which = new WhichServer();
        var file = new Argument<FileInfo>("file") { Description = "What backup has written." };
        var force = new Option<bool>("--force") { Description = "Also over a database that holds data." };
        var command = new Command("restore", "Put a backup in the database's place. No server may be running.") { file, force };
        which.AddTo(command);
        command.SetAction((parsed, cancellation) => WhichServer.RunAsync(
            () => RunAsync(which.Options(parsed), parsed.GetValue(file)!.FullName, parsed.GetValue(force), cancellation)));
        return command;
    }

    static async Task<int> RunAsync(ServerOptions options, string file, bool force, CancellationToken cancellation)
    {
        if (options.Database.SqlitePath is { } path)
        {
            var kept = await SqliteBackup.RestoreAsync(path, file, force, TimeProvider.System.GetUtcNow(), copy => JudgeAsync(copy, options, file), cancellation);
            Console.WriteLine($"{file} is in place as {path}.");
            if (kept is not null)
                Console.WriteLine($"What was there is kept in {kept}.");
        }
        else
        {
            await using var database = new PostgresDatabase(options.Database.PostgresConnectionString!);
            await PostgresBackup.RestoreAsync(database, options.Database.PostgresConnectionString!, file, force, cancellation);
            await JudgeAsync(database, options, file);
            Console.WriteLine($"{file} is in place.");
        }
        Console.WriteLine("Everything is as it was then: what was revoked or changed since must be again.");
        return 0;
    }

    static async Task JudgeAsync(Database copy, ServerOptions options, string file)
    {
        if (await SchemaUpgrade.NewerAsync(copy) is { } newer)
            throw new InvalidOperationException($"{file} was made by a newer version of this program ({newer}); restore it with that one.");
        if ((await SchemaUpgrade.PendingAsync(copy)).Count > 0)
            return; // of an older version: the next start brings it up to date, and only then it can be read
        await using var db = copy.NewContext();
        var findings = new List<Finding>();
        await MasterKeyCheck.RunAsync(db, new MasterKey(options.MasterKey), findings);
        if (findings.Find(finding => finding.Level == Level.Fail) is { } wrong)
            throw new InvalidOperationException($"{file} was made with another master key. {wrong.Subject} {wrong.Message}");
    }
}
