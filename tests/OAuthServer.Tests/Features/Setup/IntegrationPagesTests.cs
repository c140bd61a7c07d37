using System.Net;
using System.Text.RegularExpressions;
using OAuthServer.Tests.Administration.Integrations;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Setup;

/// <summary>The migration desk at its pages.</summary>
public sealed class IntegrationPagesTests : IAsyncLifetime
{
    TestServer server = null!;
    DeskScene scene = null!;
    TestBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync();
        scene = await DeskScene.NewAsync(server);
        browser = new TestBrowser(server);
        await browser.SignInAsync(scene.Administrator);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task An_empty_inventory_says_what_will_stand_there() =>
        Assert.Contains("No program has logged in yet.", (await GetAsync("/setup/integrations")).Html, StringComparison.Ordinal);

    [Fact]
    public async Task An_administrator_plans_closes_and_reopens_with_forms_alone()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var list = await GetAsync("/setup/integrations?presents=password-token");
        var path = Regex.Match(list.Html, "/setup/integrations/[A-Za-z0-9_-]{22}", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        Assert.Contains(scene.User.Username, list.Html, StringComparison.Ordinal);

        var planned = await browser.PostAsync(await GetAsync(path), path + "/plan", ("target", "ClientCredentials"), ("runs", "2"));
        var secret = Regex.Match(planned.Html, "<code class=\"secret\">(?<secret>[0-9a-f]{64})</code>", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["secret"].Value;
        Assert.NotEmpty(secret);
        Assert.Contains("no-store", planned.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        var after = await GetAsync(path);
        Assert.DoesNotContain(secret, after.Html, StringComparison.Ordinal);
        Assert.Contains("simple-salesforce", after.Html, StringComparison.Ordinal);

        var unproven = await browser.PostAsync(after, path + "/close");
        Assert.Contains("The new way is not proven", unproven.Html, StringComparison.Ordinal);
        var closed = await browser.FollowAsync(await browser.PostAsync(after, path + "/close", ("evenThough", "It moved.")));
        Assert.Contains("The old way is closed", closed.Html, StringComparison.Ordinal);
        (await scene.OldLoginAsync()).IsRefused("invalid_grant", "password logins");
        var reopened = await browser.FollowAsync(await browser.PostAsync(closed, path + "/reopen"));
        Assert.Contains("The old way is open again.", reopened.Html, StringComparison.Ordinal);
        (await scene.OldLoginAsync()).IsAllowed();
    }

    [Fact]
    public async Task A_brown_out_is_weighed_announced_and_cancelled_with_forms_alone()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var start = server.Clock.GetUtcNow().AddHours(1);
        (string Name, string Value)[] window = [("startsAt", start.ToString("yyyy-MM-dd'T'HH:mm")), ("endsAt", start.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm"))];
        var weighed = await GetAsync($"/setup/integrations/brown-outs?startsAt={window[0].Value}&endsAt={window[1].Value}");
        Assert.Contains("Integrations that use a password and are not protected: 1.", weighed.Html, StringComparison.Ordinal);
        var announced = await browser.FollowAsync(await browser.PostAsync(weighed, "/setup/integrations/brown-outs/announce", window));
        Assert.Contains("The brown-out is announced", announced.Html, StringComparison.Ordinal);
        var id = Regex.Match(announced.Html, "name=\"window\" value=\"(?<id>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["id"].Value;
        var cancelled = await browser.FollowAsync(await browser.PostAsync(announced, "/setup/integrations/brown-outs/cancel", ("window", id)));
        Assert.Contains("The brown-out is cancelled.", cancelled.Html, StringComparison.Ordinal);
        Assert.Contains("must be now or within a year", (await GetAsync("/setup/integrations/brown-outs?startsAt=2020-01-01T00:00&endsAt=2020-01-01T01:00")).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/setup/integrations/brown-outs?startsAt=nonsense")).Status);
    }

    [Fact]
    public async Task A_brown_out_is_for_those_that_are_ticked()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        (await scene.OldLoginAsync(TestServer.Office)).IsAllowed();
        var id = (await scene.Inventory.ListAsync(await scene.CallAsync(), new())).Value!.Items.Single(line => line.Network == "Head office").Id;
        Assert.Contains($"/setup/integrations/brown-outs?chosen={id}", (await GetAsync("/setup/integrations/" + id)).Html, StringComparison.Ordinal);
        Assert.Contains($"form=\"brown-out\" name=\"chosen\" value=\"{id}\"", (await GetAsync("/setup/integrations")).Html, StringComparison.Ordinal);
        Assert.Contains($"name=\"chosen\" value=\"{id}\" checked", (await GetAsync("/setup/integrations/brown-outs?chosen=" + id)).Html, StringComparison.Ordinal);
        var start = server.Clock.GetUtcNow().AddHours(1);
        var weighed = await GetAsync($"/setup/integrations/brown-outs?startsAt={start:yyyy-MM-dd'T'HH:mm}&endsAt={start.AddHours(1):yyyy-MM-dd'T'HH:mm}&chosen={id}");
        Assert.Contains("Integrations that use a password and are not protected: 1.", weighed.Html, StringComparison.Ordinal);
        Assert.Contains($"type=\"hidden\" name=\"chosen\" value=\"{id}\"", weighed.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_integration_leads_to_its_user_its_apps_and_back()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var line = await scene.LineAsync();
        var planned = await scene.PlanAsync(line.Id);
        var page = await GetAsync("/setup/integrations/" + line.Id);
        foreach (var path in new[] { "/setup/people/user?name=" + Uri.EscapeDataString(scene.User.Username), "/setup/apps/app?id=" + scene.App.ClientId, "/setup/apps/app?id=" + planned.ClientId })
        {
            Assert.Contains($"href=\"{path}\"", page.Html, StringComparison.Ordinal);
            await GetAsync(path);
        }
        Assert.Contains("not a security boundary", page.Html, StringComparison.Ordinal);
        Assert.Contains("/setup/integrations?app=" + scene.App.ClientId, (await GetAsync("/setup/apps/app?id=" + scene.App.ClientId)).Html, StringComparison.Ordinal);
        Assert.Contains("/setup/people/user?name=" + Uri.EscapeDataString(scene.User.Username), (await GetAsync("/setup/sign-ins")).Html, StringComparison.Ordinal);
        Assert.Contains("/setup/integrations/" + line.Id, (await GetAsync($"/setup/people/confirm?name={Uri.EscapeDataString(scene.User.Username)}&step=freeze")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_burn_down_is_drawn_with_its_table_behind_it()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        await GetAsync("/setup/integrations");
        server.Clock.Advance(TimeSpan.FromDays(2));
        await browser.SignInAsync(scene.Administrator);
        var page = await GetAsync("/setup/integrations");
        Assert.Contains("<svg viewBox=\"0 0 720 240\" role=\"img\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("chart-tone-danger", page.Html, StringComparison.Ordinal);
        Assert.Contains("The numbers as a table", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_finds_an_integration()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var path = "/setup/integrations/" + (await scene.LineAsync()).Id;
        var other = await DeskScene.NewAsync(server);
        var stranger = new TestBrowser(server);
        await stranger.SignInAsync(other.Administrator);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(path)).Status);
        var form = await stranger.GetAsync("/setup/integrations/brown-outs");
        foreach (var step in new[] { "plan", "close", "reopen", "assign", "protect" })
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync(form, $"{path}/{step}", ("evenThough", "x"))).Status);
    }

    async Task<Page> GetAsync(string path)
    {
        var page = await browser.GetAsync(path);
        Assert.True(page.Status == HttpStatusCode.OK, $"{path}: {(int)page.Status} {server.Log.Lines.LastOrDefault(line => line.StartsWith("Error", StringComparison.Ordinal))}");
        return page;
    }
}
