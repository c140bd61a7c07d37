using System.CommandLine;
using System.Text.Json.Nodes;
using OAuthServer.Administration;

namespace OAuthServer.Hosting.Commands;

/// <summary>
/// The administrators' operations as verbs: <c>oauthserver users freeze NAME</c> is the operation <c>users.freeze</c>. What the path of the API
/// names are arguments, everything else options.
/// </summary>
static class AdminCommands
{
    /// <summary>A command for each area, with a verb for each of its operations.</summary>
    internal static async Task<IReadOnlyList<Command>> AllAsync() => [.. (await DeclaredAsync()).GroupBy(operation => operation.Name.Split('.')[0], StringComparer.Ordinal).Select(area =>
    {
        var command = new Command(area.Key, $"Administer {area.Key.Replace('-', ' ')} of an organization: {string.Join(", ", area.Select(Verb))}.");
        foreach (var operation in area)
            command.Add(Of(operation));
        return command;
    })];

    /// <summary>The operations as a server declares them that is never built, let alone started: no configuration is needed to ask for help.</summary>
    static async Task<IReadOnlyList<AdminOperation>> DeclaredAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddServer(new() { Listen = "", PublicUrl = "http://localhost", MasterKey = new byte[32], Database = new() { SqlitePath = "none" }, Mail = new() { Folder = "none" } });
        await using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<AdminCatalogue>().All;
    }

    static string Verb(AdminOperation operation) => operation.Name.Split('.', 2)[1];

    static Command Of(AdminOperation operation)
    {
        var command = new Command(Verb(operation), operation.Summary);
        var which = new WhichServer();
        var org = new Option<string?>("--org") { Description = "The organization, by its alias or name. May be left out where there is only one." };
        var json = new Option<bool>("--json") { Description = "Print JSON, for programs." };
        var ifMatch = new Option<string?>("--if-match") { Description = "Only if it is still this version, as it was printed when you looked." };
        var output = new Option<FileInfo?>("--out") { Description = "Where to write the file; without it, to standard output." };
        var members = AdminInput.MembersOf(operation.Input).Select(member => AdminMemberOption.Of(member, operation)).ToList();
        members.ForEach(member => member.AddTo(command));
        which.AddTo(command);
        command.Options.Add(org);
        if (operation.IsVersioned)
            command.Options.Add(ifMatch);
        if (operation.Output == typeof(AdminFile))
            command.Options.Add(output);
        else
            command.Options.Add(json);
        command.SetAction(parsed => WhichServer.RunAsync(async () =>
        {
            var printer = new AdminPrinter(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            await using var app = Server.Build(which.Options(parsed));
            await using var upload = members.Find(member => member.Member.IsUpload)?.Open(parsed);
            var sent = new JsonObject();
            foreach (var member in members)
                member.Put(parsed, sent);
            var (input, flaws) = AdminInput.Read(operation.Input, sent, upload);
            if (input is null)
                return printer.Refuse(new AdminRefusal.Invalid(flaws));
            var run = await OperatorCalls.PrepareAsync(app, parsed.GetValue(org), operation.Name, operation.IsVersioned ? parsed.GetValue(ifMatch) : null);
            var answer = await run.Operation.RunAsync(run.Call, input);
            return answer.Refusal is { } refusal
                ? printer.Refuse(refusal)
                : await printer.PrintAsync(answer, parsed.GetValue(json), parsed.GetValue(output));
        }, parsed.InvocationConfiguration.Error));
        return command;
    }
}
