using System.Net;
using System.Text.RegularExpressions;
using OAuthServer.Features.Setup.Policies;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Administration.Policies;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Setup.Policies;

/// <summary>The pages of policies, as an administrator goes through them.</summary>
[Collection(nameof(ServersCollection))]
public sealed class PolicyPagesTests(Servers servers)
{
    [Fact]
    public async Task A_risky_change_is_looked_at_saved_and_kept_only_by_who_has_signed_in_since()
    {
        var (scene, browser, path) = await SceneAsync();
        var page = await browser.GetAsync(path);
        foreach (var text in new[] { "1. Not locked", "15. Password not expired", "7. Old way open", "Its people administer the organization.", "Used by", "1 person", "Programs append the security token" })
            Assert.Contains(text, page.Html, StringComparison.Ordinal);
        var review = await browser.PostAsync(page, path + "&handler=Review", [.. Fields(page).Where(field => field.Name != "session.idleMinutes"), ("session.idleMinutes", "30"), ("version", "1")]);
        Assert.Contains("session.idleMinutes 120 -&gt; 30", review.Html, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(review.Html, " -&gt; ", RegexOptions.None, TimeSpan.FromSeconds(1)));
        var saved = await browser.PostAsync(review, path + "&handler=Save", ("settings", Hidden(review, "settings")), ("version", Hidden(review, "version")), ("trialMinutes", "10"));
        Assert.Equal(path, saved.LocalLocation);
        Assert.Equal(30, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
        var list = await browser.GetAsync("/setup/policies");
        Assert.Contains("On trial:", list.Html, StringComparison.Ordinal);
        Assert.Contains("sign out and in again", list.Html, StringComparison.Ordinal);
        var trial = (await scene.Trials.ListAsync(scene.Call(), new())).Value!.Items[0].Trial;
        Assert.Contains("A sign-in made after the change is needed.", (await browser.PostAsync(list, "/setup/policies?handler=Confirm", ("trial", trial))).Html, StringComparison.Ordinal);
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(5));
        var fresh = new TestBrowser(scene.Server);
        await fresh.SignInAsync(scene.Admin);
        var again = await fresh.GetAsync(path);
        Assert.Contains($"name=\"trial\" value=\"{trial}\"", again.Html, StringComparison.Ordinal);
        Assert.Equal("/setup/policies", (await fresh.PostAsync(again, "/setup/policies?handler=Confirm", ("trial", trial))).LocalLocation);
        Assert.Contains("The change stays.", (await fresh.GetAsync("/setup/policies")).Html, StringComparison.Ordinal);
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(20));
        await scene.Trials.RevertDueAsync(TestContext.Current.CancellationToken);
        Assert.Equal(30, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
    }

    [Fact]
    public async Task Any_two_versions_are_compared()
    {
        var (scene, browser, _) = await SceneAsync();
        var profile = await scene.Org.ProfileAsync(new());
        foreach (var minutes in new[] { 30, 45, 60 })
            await scene.Org.ChangeProfileAsync(profile.Id, new() { Session = new() { IdleMinutes = minutes } });
        var compare = "/setup/policies/compare?profile=" + Uri.EscapeDataString(profile.Name);
        var page = await browser.GetAsync("/setup/policies/profile?name=" + Uri.EscapeDataString(profile.Name));
        Assert.Contains("action=\"/setup/policies/compare\"", page.Html, StringComparison.Ordinal);
        var asked = await browser.GetAsync(compare);
        Assert.Contains("name=\"from\" type=\"number\" min=\"1\" max=\"4\" required value=\"3\"", asked.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(" -&gt; ", asked.Html, StringComparison.Ordinal);
        Assert.Contains("session.idleMinutes 120 -&gt; 45", (await browser.GetAsync(compare + "&from=1&to=3")).Html, StringComparison.Ordinal);
        Assert.Contains("session.idleMinutes 60 -&gt; 30", (await browser.GetAsync(compare + "&from=4&to=2")).Html, StringComparison.Ordinal);
        Assert.Contains("They say the same.", (await browser.GetAsync(compare + "&from=2&to=2")).Html, StringComparison.Ordinal);
        foreach (var wrong in new[] { "&from=1&to=9", "&from=0&to=1", "&from=-1" })
            Assert.Contains("role=\"alert\"", (await browser.GetAsync(compare + wrong)).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(compare + "&from=99999999999&to=x")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/setup/policies/compare")).Status);
    }

    [Fact]
    public void A_profile_is_shown_by_the_rules_in_their_order() =>
        Assert.Equal([.. LoginPolicy.Rules.Select(rule => rule.Name), ProfileFields.Afterwards], ProfileFields.ByRule.Select(group => group.Rule));

    [Fact]
    public async Task What_is_typed_is_tried_on_replay_and_saved_from_there()
    {
        var (scene, browser, _) = await SceneAsync();
        var profile = await scene.Org.ProfileAsync(new());
        var path = "/setup/policies/profile?name=" + Uri.EscapeDataString(profile.Name);
        var page = await browser.GetAsync(path);
        var kept = await browser.PostAsync(page, path + "&handler=Replay", [.. Fields(page).Where(field => field.Name != "session.idleMinutes"), ("session.idleMinutes", "45"), ("version", "1")]);
        Assert.StartsWith("/setup/policies/replay?draft=", kept.LocalLocation, StringComparison.Ordinal);
        var start = await browser.GetAsync(kept.LocalLocation!);
        var draft = Hidden(start, "Draft");
        var begun = await browser.PostAsync(
            start, "/setup/policies/replay", ("Profile", profile.Name), ("Draft", draft), ("Settings", TextArea(start, "Settings")),
            ("HasNetworks", "true"), ("Networks", """[{ "name": "Lab", "range": "203.0.113.0/28" }]"""), ("Days", "7"));
        var replay = await browser.GetAsync(begun.LocalLocation!);
        Assert.Matches("/setup/networks\\?draft=[^\"]+\">Save these trusted networks", replay.Html);
        var link = WebUtility.HtmlDecode(Regex.Match(replay.Html, "href=\"(?<to>/setup/policies/profile[^\"]+)\">Save this draft", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["to"].Value);
        var review = await browser.GetAsync(link);
        Assert.Contains("session.idleMinutes 120 -&gt; 45", review.Html, StringComparison.Ordinal);
        await browser.PostAsync(review, path + "&handler=Save", ("settings", Hidden(review, "settings")), ("version", Hidden(review, "version")));
        Assert.Equal(45, (await scene.SettingsAsync(profile.Id)).Session.IdleMinutes);

        var (stranger, other, own) = await SceneAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"{own}&draft={draft}")).Status);
        Assert.NotEqual(scene.Org.Id, stranger.Org.Id);
    }

    [Fact]
    public async Task A_sign_in_is_asked_about_again_under_its_own_conditions()
    {
        var (scene, browser, _) = await SceneAsync();
        var (user, app) = (await scene.Org.UserAsync(), await scene.Org.AppAsync());
        await scene.Server.NoticeAsync();
        var refused = await user.LoginAsync(app, TestServer.Office, password: "Wrong-Horse-7");
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(30));
        var asked = await browser.GetAsync($"/setup/policies/what-if?reference={refused.Reference}");
        Assert.Matches("(?s)id=\"answer-title\".{0,200}The password was wrong", asked.Html);
        Assert.Matches("value=\"WrongPassword\" selected", asked.Html);
        Assert.Equal((await scene.Server.RecordAsync(refused)).At.ToString("yyyy-MM-dd'T'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture), Typed(asked, "at")[..19]);
        var posted = await browser.PostAsync(asked, "/setup/policies/what-if", ("user", user.Username), ("channel", "Browser"), ("presented", "password"), ("settings", """{ "apiOnly": true }"""));
        Assert.Contains("id=\"answer-title\"", posted.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_that_are_not_touched_change_nothing()
    {
        var (_, browser, path) = await SceneAsync(PolicyScene.Administrator with
        {
            LoginHours = new() { TimeZone = "UTC", Monday = ["00:00-24:00"], Tuesday = ["00:00-24:00"], Wednesday = ["00:00-24:00"], Thursday = ["00:00-12:00", "12:00-24:00"], Friday = ["00:00-24:00"], Saturday = ["00:00-24:00"], Sunday = ["00:00-24:00"] },
            LoginRanges = ["127.0.0.0/8", "192.0.2.1-192.0.2.9"],
            SecurityToken = new() { LifetimeDays = 30, SingleUse = true },
        });
        var page = await browser.GetAsync(path);
        var review = await browser.PostAsync(page, path + "&handler=Review", [.. Fields(page), ("version", "1")]);
        Assert.Contains("Nothing differs from what applies.", review.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_would_lock_everybody_out_is_said_before_it_is_saved_and_refused_when_it_is()
    {
        var (scene, browser, path) = await SceneAsync();
        var page = await browser.GetAsync(path);
        const string json = """{ "loginRanges": ["192.0.2.0/24"], "permissions": { "administrator": true } }""";
        var review = await browser.PostAsync(page, path + "&handler=Review", ("json", json), ("version", "1"));
        Assert.Contains("127.0.0.1 is outside the profile&#x27;s login IP ranges.", review.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Save", review.Html, StringComparison.Ordinal);
        Assert.Contains("no administrator could sign in", (await browser.PostAsync(page, path + "&handler=Save", ("settings", json), ("version", "1"))).Html, StringComparison.Ordinal);
        Assert.Contains("<code>lockout.minutes</code>: 7 is not allowed", (await browser.PostAsync(page, path + "&handler=Review", ("json", """{ "lockout": { "minutes": 7 } }"""), ("version", "1"))).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync(page, path + "&handler=Review", ("json", "{ broken"), ("version", "1"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync(page, path + "&handler=Save", ("settings", "[1"), ("version", "1"))).Status);
        Assert.Empty((await scene.SettingsAsync(scene.Admin.ProfileId)).LoginRanges);
    }

    [Fact]
    public async Task An_old_version_is_looked_at_and_brought_back()
    {
        var (scene, browser, _) = await SceneAsync();
        var profile = await scene.Org.ProfileAsync(new() { ApiOnly = true });
        await scene.Org.ChangeProfileAsync(profile.Id, new());
        var path = "/setup/policies/profile?name=" + Uri.EscapeDataString(profile.Name);
        var page = await browser.GetAsync(path);
        Assert.Contains("apiOnly true -&gt; false", page.Html, StringComparison.Ordinal);
        var review = await browser.PostAsync(page, path + "&handler=Review", ("restore", "1"), ("version", "2"));
        await browser.PostAsync(review, path + "&handler=Save", ("settings", Hidden(review, "settings")), ("version", Hidden(review, "version")));
        Assert.True((await scene.SettingsAsync(profile.Id)).ApiOnly);
    }

    [Fact]
    public async Task What_hangs_on_a_profile_is_looked_for_when_deleting_is_asked_for()
    {
        var (scene, browser, used) = await SceneAsync();
        Assert.DoesNotContain("handler=Delete", (await browser.GetAsync(used)).Html, StringComparison.Ordinal);
        Assert.Contains("It cannot be deleted while this hangs on it:", (await browser.GetAsync(used + "&delete=true")).Html, StringComparison.Ordinal);
        var path = "/setup/policies/profile?name=" + Uri.EscapeDataString((await scene.Org.ProfileAsync(new())).Name);
        Assert.Contains("delete=True#delete", (await browser.GetAsync(path)).Html, StringComparison.Ordinal);
        var asked = await browser.GetAsync(path + "&delete=true");
        Assert.Contains("handler=Delete", asked.Html, StringComparison.Ordinal);
        Assert.Equal("/setup/policies", (await browser.PostAsync(asked, path + "&handler=Delete")).LocalLocation);
    }

    [Fact]
    public async Task The_other_pages_open_ask_test_and_switch()
    {
        var (scene, browser, _) = await SceneAsync();
        var user = await scene.Org.UserAsync();
        var asked = await browser.GetAsync($"/setup/policies/what-if?user={Uri.EscapeDataString(user.Username)}&channel=PasswordGrant&address=198.51.100.7&presented=password");
        foreach (var text in new[] { "The security token was missing", "in no trusted network", "append the current security token" })
            Assert.Contains(text, asked.Html, StringComparison.OrdinalIgnoreCase);
        var tests = await browser.GetAsync("/setup/policies/tests");
        Assert.Contains("There are no policy tests yet.", tests.Html, StringComparison.Ordinal);
        var login = $$"""{ "user": "{{user.Username}}", "channel": "passwordGrant", "from": "127.0.10.7", "presented": ["password"], "expect": "allow" }""";
        Assert.Equal("/setup/policies/tests", (await browser.PostAsync(tests, "/setup/policies/tests?handler=Save", ("test", "Office"), ("login", login))).LocalLocation);
        Assert.Contains("badge success\">Passes", (await browser.GetAsync("/setup/policies/tests")).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync(tests, "/setup/policies/tests?handler=Save", ("test", "Office"), ("login", "{"))).Status);
        var organization = await browser.GetAsync("/setup/policies/organization");
        var looked = await browser.PostAsync(organization, "/setup/policies/organization?handler=Review", ("soapLoginEnabled", "true"), ("version", Hidden(organization, "version")));
        Assert.Contains("passwordGrantEnabled true -&gt; false", looked.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("On trial:", looked.Html, StringComparison.Ordinal);
        var refused = await browser.PostAsync(looked, "/setup/policies/organization", ("soapLoginEnabled", "true"), ("version", Hidden(looked, "version")));
        Assert.Contains("Office: expected allow, got deny (ChannelClosedByOrg)", refused.Html, StringComparison.Ordinal);
        await browser.PostAsync(refused, "/setup/policies/organization", ("soapLoginEnabled", "true"), ("ignoreTests", "true"), ("version", Hidden(organization, "version")));
        Assert.Contains("On trial: organization", (await browser.GetAsync("/setup/policies/organization")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_organizations_profile_is_not_found()
    {
        var (scene, browser, own) = await SceneAsync();
        var other = await (await TestOrg.AddAsync(scene.Server)).ProfileAsync(new());
        var path = "/setup/policies/profile?name=" + Uri.EscapeDataString(other.Name);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(path)).Status);
        var page = await browser.GetAsync(own);
        foreach (var handler in new[] { "Review", "Save", "Rename", "Delete" })
            Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync(page, $"{path}&handler={handler}", ("settings", "{}"), ("to", "Mine"))).Status);
    }

    async Task<(PolicyScene Scene, TestBrowser Browser, string Path)> SceneAsync(ProfileSettings? administrator = null)
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"), administrator);
        await scene.Server.NoticeAsync();
        var browser = new TestBrowser(scene.Server);
        await browser.SignInAsync(scene.Admin);
        return (scene, browser, "/setup/policies/profile?name=" + Uri.EscapeDataString(await scene.NameAsync(scene.Admin.ProfileId)));
    }

    static string TextArea(Page page, string name) => WebUtility.HtmlDecode(Regex.Match(page.Html, $"name=\"{name}\"[^>]*>(?<value>[^<]*)</textarea>", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["value"].Value);

    static string Typed(Page page, string id) => WebUtility.HtmlDecode(Regex.Match(page.Html, $"<input id=\"{id}\"[^>]* value=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["value"].Value);

    static string Hidden(Page page, string name) => WebUtility.HtmlDecode(Regex.Match(page.Html, $"name=\"{name}\" value=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["value"].Value);

    /// <summary>The fields of the profile's form, as the page shows them.</summary>
    static IEnumerable<(string Name, string Value)> Fields(Page page)
    {
        var form = page.Html[page.Html.IndexOf("policy-checks", StringComparison.Ordinal)..page.Html.IndexOf("id=\"json\"", StringComparison.Ordinal)];
        string[] shapes =
        [
            "<input type=\"checkbox\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]+)\" checked", "<input id=\"[^\"]+\" name=\"(?<name>[^\"]+)\"[^>]*? value=\"(?<value>[^\"]*)\"",
            "<textarea id=\"[^\"]+\" name=\"(?<name>[^\"]+)\"[^>]*>(?<value>[^<]*)</textarea>", "<select id=\"[^\"]+\" name=\"(?<name>[^\"]+)\">(?:(?!</select>).)*value=\"(?<value>[^\"]*)\" selected",
        ];
        return shapes.SelectMany(shape => Regex.Matches(form, shape, RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)))
            .Select(field => (field.Groups["name"].Value, WebUtility.HtmlDecode(field.Groups["value"].Value)));
    }
}
