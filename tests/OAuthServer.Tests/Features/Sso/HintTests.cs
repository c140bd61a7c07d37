using System.Net;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Sso;

/// <summary>What an app's request says about the provider: heeded among its own organization's, and ignored of another's.</summary>
[Collection(nameof(ScriptedServersCollection))]
public sealed class HintTests(ScriptedServers servers)
{
    readonly TestServer server = servers.Server;

    [Theory]
    [InlineData("&sso_provider={name}")]
    [InlineData("&sso_provider={alias}/{name}")]
    [InlineData("&domain_hint={domain}")]
    public async Task A_provider_that_the_request_names_is_gone_to_at_once(string hint)
    {
        var scene = await SsoScene.NewAsync(server);
        await scene.AddProviderAsync("Another");
        var browser = new TestBrowser(server);
        var sent = await browser.FollowAsync(await SsoScene.AskAsync(browser, await scene.AppAsync(), Fill(hint, scene) + "&login_hint=ada"));
        Assert.StartsWith(ScriptedProvider.Address, sent.Location, StringComparison.Ordinal);
        Assert.Equal(scene.Provider.Id, sent.Parameter("provider"));
        Assert.Equal("ada", sent.Parameter("hint"));
        Assert.Equal("False", sent.Parameter("new"));
    }

    [Theory]
    [InlineData("&sso_provider={name}")]
    [InlineData("&sso_provider={alias}/{name}")]
    [InlineData("&sso_provider={alias}/{name}/x")]
    [InlineData("&sso_provider=")]
    [InlineData("&domain_hint={domain}")]
    [InlineData("&login_hint=ada@{domain}")]
    public async Task Another_organizations_provider_is_ignored(string hint)
    {
        var (mine, theirs) = (await SsoScene.NewAsync(server), await SsoScene.NewAsync(server, isRequired: true));
        var browser = new TestBrowser(server);
        var page = await browser.FollowAsync(await SsoScene.AskAsync(browser, await mine.AppAsync(), Fill(hint, theirs)));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains(mine.Provider.Path, page.Html, StringComparison.Ordinal); // its own are offered
        Assert.DoesNotContain(theirs.Provider.Path, page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_of_another_organizations_domain_is_asked_for_its_password()
    {
        var (mine, theirs) = (await SsoScene.NewAsync(server), await SsoScene.NewAsync(server, isRequired: true));
        var browser = new TestBrowser(server);
        var start = (await SsoScene.AskAsync(browser, await mine.AppAsync())).LocalLocation!;
        var page = await browser.GetAsync(start);
        var handle = start[(start.IndexOf("request=", StringComparison.Ordinal) + 8)..].Split('&')[0];
        Assert.Equal("/login/password", (await browser.PostAsync(page, "/login", ("Username", "ada@" + theirs.Domain), ("request", handle))).LocalLocation);
        Assert.DoesNotContain("Continue with", (await browser.GetAsync("/login/password")).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync($"{theirs.Provider.Path}?request={handle}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync($"/sso/{theirs.Alias}?request={handle}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync($"{mine.Provider.Path}?request=nothing-of-the-kind")).Status);
    }

    [Theory]
    [InlineData("", "False")]
    [InlineData("&prompt=login", "True")]
    [InlineData("&max_age=60", "True")]
    public async Task The_only_way_in_is_taken_at_once(string more, string mustBeNew)
    {
        var scene = await SsoScene.NewAsync(server, isRequired: true);
        var browser = new TestBrowser(server);
        var sent = await browser.FollowAsync(await SsoScene.AskAsync(browser, await scene.AppAsync(), more));
        Assert.StartsWith(ScriptedProvider.Address, sent.Location, StringComparison.Ordinal);
        Assert.Equal(mustBeNew, sent.Parameter("new"));
    }

    [Fact]
    public async Task Where_there_are_several_providers_the_person_chooses()
    {
        var scene = await SsoScene.NewAsync(server, isRequired: true);
        var other = await scene.AddProviderAsync("Another");
        var browser = new TestBrowser(server);
        var page = await browser.FollowAsync(await SsoScene.AskAsync(browser, await scene.AppAsync()));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains($"/sso/{scene.Alias}?request=", page.Path, StringComparison.Ordinal);
        Assert.Contains(scene.Provider.Path + "?request=", page.Html, StringComparison.Ordinal);
        Assert.Contains(other.Path + "?request=", page.Html, StringComparison.Ordinal);
        Assert.Contains("/login?request=", page.Html, StringComparison.Ordinal); // with a password
    }

    [Fact]
    public async Task A_domain_that_is_sent_on_is_sent_on_for_a_hinted_name_too()
    {
        var scene = await SsoScene.NewAsync(server, isRequired: true);
        await scene.AddProviderAsync("Another");
        var browser = new TestBrowser(server);
        var sent = await browser.FollowAsync(await SsoScene.AskAsync(browser, await scene.AppAsync(), $"&login_hint=ada@{scene.Domain}"));
        Assert.Equal(scene.Provider.Id, sent.Parameter("provider"));
        Assert.Equal($"ada@{scene.Domain}", sent.Parameter("hint"));
    }

    [Fact]
    public async Task Without_a_prompt_nobody_is_sent_anywhere()
    {
        var scene = await SsoScene.NewAsync(server, isRequired: true);
        var answer = await SsoScene.AskAsync(new TestBrowser(server), await scene.AppAsync(), "&prompt=none&sso_provider=" + scene.Provider.Row.Name);
        Assert.StartsWith("https://app.test/back", answer.Location, StringComparison.Ordinal);
        Assert.Equal("login_required", answer.Parameter("error"));
    }

    [Fact]
    public async Task The_answer_of_the_provider_leads_back_to_the_app()
    {
        var scene = await SsoScene.NewAsync(server, isRequired: true);
        var user = await scene.UserAsync();
        await scene.LinkAsync(user, "s-2");
        var browser = new TestBrowser(server);
        var sent = await browser.FollowAsync(await SsoScene.AskAsync(browser, await scene.AppAsync(), "&prompt=login"));
        var page = await SsoScene.AnswerAsync(browser, sent, "s-2");
        Assert.StartsWith("/services/oauth2/authorize?", page.LocalLocation, StringComparison.Ordinal);
        Assert.StartsWith("/consent?", (await browser.GetAsync(page.LocalLocation!)).LocalLocation, StringComparison.Ordinal);
    }

    static string Fill(string hint, SsoScene scene) => hint.Replace("{name}", scene.Provider.Row.Name, StringComparison.Ordinal)
        .Replace("{alias}", scene.Alias, StringComparison.Ordinal).Replace("{domain}", scene.Domain, StringComparison.Ordinal);
}
