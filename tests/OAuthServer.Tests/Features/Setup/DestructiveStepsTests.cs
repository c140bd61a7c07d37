using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Setup;

/// <summary>Each step that stops something says first what it will stop: by page, API and command line, now and when more steps are added.</summary>
[Collection(nameof(ServersCollection))]
public sealed partial class DestructiveStepsTests(Servers servers)
{
    /// <summary>Words in the name of an operation that ends something.</summary>
    static readonly string[] Words = ["delete", "remove", "deactivate", "freeze", "revoke", "reset", "end", "close", "cancel", "revert", "rotate", "restore"];

    /// <summary>Those that can end something although their names say no such word.</summary>
    static readonly string[] Others = ["brown-outs.announce", "networks.save", "organization.save", "profiles.save", "users.hand-over", "users.import-apply"];

    [Fact]
    public async Task Each_names_an_operation_that_only_reads_and_can_be_asked_with_no_more_than_it_is_asked_with()
    {
        var catalogue = (await servers.OnAsync("SQLite")).Services.GetRequiredService<AdminCatalogue>();
        var steps = Steps(catalogue);
        Assert.True(steps.Count >= 25, $"{steps.Count} steps");
        foreach (var step in steps)
        {
            Assert.True(step.Impact is not null, $"{step.Name} does not say what it stops; declare it with Stops(...).");
            var impact = catalogue.Find(step.Impact);
            Assert.True(impact is { IsChange: false }, $"{step.Name} names {step.Impact}, which is no operation that only reads.");
            Assert.True(impact.PathMembers.All(step.PathMembers.Contains), $"{step.Impact} needs {string.Join(", ", impact.PathMembers)}, which {step.Name} is not given.");
        }
    }

    /// <summary>What a step will stop stands on the page before its button: marked with its name.</summary>
    [Fact]
    public async Task Each_is_offered_on_a_page_that_says_what_it_stops()
    {
        var catalogue = (await servers.OnAsync("SQLite")).Services.GetRequiredService<AdminCatalogue>();
        var folder = Path.GetFullPath(Path.Combine(ThisFolder(), "../../../../src/OAuthServer/Features/Setup"));
        var marked = Directory.GetFiles(folder, "*.cshtml", SearchOption.AllDirectories).SelectMany(file => MarkPattern().Matches(File.ReadAllText(file)).SelectMany(mark => mark.Groups["names"].Value.Split(' ')))
            .ToHashSet(StringComparer.Ordinal);
        // The page of steps about a user is one for all of them; it is looked at below.
        var confirmed = Confirmed.Select(step => step.Operation).ToList();
        Assert.All(Steps(catalogue).Select(step => step.Name).Except(confirmed), name => Assert.Contains(name, marked));
        // No mark for what is not there, as after a change of name.
        Assert.All(marked.Where(name => !name.StartsWith('@')), name => Assert.True(catalogue.Find(name) is { Impact: not null }, name));
    }

    /// <summary>The steps about a user, and the operations behind them.</summary>
    static readonly (string Step, string Operation)[] Confirmed =
    [
        ("freeze", "users.freeze"), ("deactivate", "users.deactivate"), ("resetPassword", "users.reset-password"),
        ("resetToken", "users.reset-token"), ("removeFactors", "users.remove-factors"), ("endSessions", "users.end-sessions"),
    ];

    [Fact]
    public async Task Each_step_about_a_user_shows_the_browsers_or_programs_it_stops_before_its_button()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        await new TestBrowser(scene.Server).SignInAsync(user);
        (await user.LoginAsync(scene.App, TestServer.Outside, await user.ReceiveTokenAsync())).IsAllowed();
        await scene.Browser.GetAsync("/setup/integrations"); // counts
        foreach (var (step, operation) in Confirmed)
        {
            var html = (await scene.Browser.GetAsync($"/setup/people/confirm?name={Uri.EscapeDataString(user.Username)}&step={step}")).Html;
            var (mark, button) = (html.IndexOf($"data-stops=\"{operation}\"", StringComparison.Ordinal), html.IndexOf("<button class=\"danger\">", StringComparison.Ordinal));
            Assert.True(mark > 0 && mark < button, operation);
            if (step is "freeze" or "deactivate" or "resetPassword" or "endSessions")
                Assert.Contains("<li>127.0.", html[mark..button], StringComparison.Ordinal);
            if (step is "freeze" or "resetToken")
                Assert.Contains("/setup/integrations/", html[mark..button], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_app_names_who_loses_tokens_and_which_programs_stop()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        (await user.LoginAsync(scene.App, TestServer.Outside, await user.ReceiveTokenAsync())).IsAllowed();
        await scene.Browser.GetAsync("/setup/integrations"); // counts
        var html = (await scene.Browser.GetAsync("/setup/apps/app?id=" + scene.App.ClientId)).Html;
        var mark = html.IndexOf("data-stops=\"apps.deactivate apps.revoke-tokens apps.delete\"", StringComparison.Ordinal);
        var end = html.IndexOf("handler=Deactivate", StringComparison.Ordinal);
        Assert.True(mark > 0 && mark < end);
        Assert.Contains($">{user.Username}</a>", html[mark..end], StringComparison.Ordinal);
        Assert.Matches("/setup/integrations/[^\"]+\">" + Regex.Escape(user.Username), html[mark..end]);
    }

    static List<AdminOperation> Steps(AdminCatalogue catalogue) =>
    [
        .. catalogue.All.Where(operation => operation.IsChange
            && (operation.Method == "DELETE" || Others.Contains(operation.Name) || operation.Name.Split('.')[1].Split('-').Any(word => Words.Contains(word)))),
    ];

    static string ThisFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex("data-stops=\"(?<names>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MarkPattern();
}
