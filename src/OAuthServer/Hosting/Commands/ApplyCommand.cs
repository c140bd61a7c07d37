using System.CommandLine;
using OAuthServer.Accounts;
using OAuthServer.Administration.Policies;
using OAuthServer.Configuration;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>apply</c>: makes the database hold what a folder declares.</summary>
static class ApplyCommand
{
    internal static Command New()
    {
        var which = new WhichServer();
        var folder = new Argument<DirectoryInfo>("folder") { Description = "A folder with organization.json, or a folder of such folders." };
        var plan = new Option<bool>("--plan") { Description = "Print the difference and change nothing." };
        var prune = new Option<bool>("--prune") { Description = "Remove what was declared once and no longer is." };
        var force = new Option<bool>("--force") { Description = "Also when no administrator could sign in afterwards." };
        var command = new Command("apply", "Make organizations, profiles, users and apps as declared in a folder.") { folder, plan, prune, force };
        which.AddTo(command);
        command.SetAction(parsed => WhichServer.RunAsync(
            () => RunAsync(which.Options(parsed, mayMakeKey: !parsed.GetValue(plan)), parsed.GetValue(folder)!.FullName, parsed.GetValue(plan), parsed.GetValue(prune), parsed.GetValue(force))));
        return command;
    }

    static async Task<int> RunAsync(ServerOptions options, string folder, bool plan, bool prune, bool force)
    {
        await using var app = Server.Build(options);
        var services = app.Services;
        var database = services.GetRequiredService<Database>();
        if (!plan)
            await SchemaUpgrade.RunAsync(database);
        else if (await SchemaUpgrade.PendingAsync(database) is { Count: > 0 } pending)
            throw new InvalidOperationException($"A plan changes nothing, and the database lacks {pending.Count} migrations; serve or apply once, then plan.");
        var (key, clock) = (services.GetRequiredService<MasterKey>(), services.GetRequiredService<TimeProvider>());
        var by = $"apply {Path.GetFileName(folder)} by {Environment.UserName}";
        var report = plan
            ? await ConfigApply.PlanAsync(database, key, folder, prune, by, clock)
            : await ConfigApply.ApplyAsync(
                database, key, services.GetRequiredService<PasswordHashing>(), folder, prune, by, clock, FirstTokens.With(services),
                new ApplyGuard(services.GetRequiredService<AccessCheck>(), clock, force));
        // First, because nobody else knows them.
        foreach (var secret in report.Generated)
            Console.WriteLine($"{secret.Kind} of {secret.Owner}: {secret.Value}");
        foreach (var line in report.Changes.Concat(report.Kept))
            Console.WriteLine(line);
        if (report.Changes.Count == 0)
            Console.WriteLine("Nothing to change.");
        return 0;
    }
}
