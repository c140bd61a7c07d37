using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Sso;

/// <summary>An organization with an identity provider that speaks for a domain of its own, and a browser.</summary>
sealed class SsoScene
{
    static int count;

    SsoScene(TestServer server, TestOrg org, ProviderEntry provider, string domain) => (Server, Org, Provider, Domain) = (server, org, provider, domain);

    internal TestServer Server { get; }

    internal TestOrg Org { get; }

    internal ProviderEntry Provider { get; private set; }

    /// <summary>Whose people sign in at the provider.</summary>
    internal string Domain { get; }

    internal string Alias => Provider.Org.Alias!;

    internal static async Task<SsoScene> NewAsync(TestServer server, bool isRequired = false, string clientId = "client", Func<ProviderSettings, ProviderSettings>? change = null)
    {
        var domain = $"corp{Interlocked.Increment(ref count)}.test";
        var org = await TestOrg.AddAsync(server);
        await org.ChangeAsync(row => row.SsoRequiredByDefault = isRequired);
        var settings = ScriptedProvider.Settings(clientId: clientId, domains: domain);
        var provider = await org.ProviderAsync(change?.Invoke(settings) ?? settings);
        return new(server, org, provider, domain);
    }

    /// <summary>Another provider of the same organization.</summary>
    internal Task<ProviderEntry> AddProviderAsync(string label, string clientId = "client") => Org.ProviderAsync(ScriptedProvider.Settings(label, clientId));

    /// <summary>A user of the domain.</summary>
    internal async Task<TestUser> UserAsync(ProfileSettings? settings = null, Action<User>? change = null)
    {
        var name = $"user{Interlocked.Increment(ref count)}@{Domain}";
        var user = await Org.UserAsync(settings, change: row =>
        {
            (row.Username, row.NormalizedUsername) = (name, name);
            change?.Invoke(row);
        });
        await Server.NoticeAsync();
        return user;
    }

    /// <summary>Links a user with a subject at the provider.</summary>
    internal async Task<long> LinkAsync(TestUser user, string subject, ProviderEntry? provider = null)
    {
        await using var db = Server.Database.NewContext();
        var identity = new FederatedIdentity { ProviderId = (provider ?? Provider).Id, Subject = subject, UserId = user.Id, CreatedAt = Server.Clock.GetUtcNow().AddDays(-3) };
        db.Add(identity);
        await db.SaveChangesAsync();
        return identity.Id;
    }

    internal async Task<List<FederatedIdentity>> IdentitiesAsync(TestUser user)
    {
        await using var db = Server.Database.NewContext();
        return await db.FederatedIdentities.AsNoTracking().Where(i => i.UserId == user.Id).ToListAsync();
    }

    /// <summary>The provider answers the browser that was sent to it.</summary>
    internal static Task<Page> AnswerAsync(TestBrowser browser, Page sent, string subject, AssertionFlaw flaw = AssertionFlaw.None, string? email = null) => browser.GetAsync(
        $"{ScriptedProvider.Door}?provider={sent.Parameter("provider")}&handle={sent.Parameter("handle")}&subject={subject}&flaw={flaw}&email={Uri.EscapeDataString(email ?? "")}");

    /// <summary>An app of the organization.</summary>
    internal async Task<TestApp> AppAsync()
    {
        var app = await Org.AppAsync(new AppSettings { Flows = [LoginChannel.AuthorizationCode], Scopes = ["openid"], RedirectUris = ["https://app.test/back"] });
        await Server.NoticeAsync();
        return app;
    }

    /// <summary>Where an app's request leads its browser: the sign-in page, as a local path.</summary>
    internal static async Task<Page> AskAsync(TestBrowser browser, TestApp app, string more = "") => await browser.GetAsync(
        $"/services/oauth2/authorize?response_type=code&client_id={app.ClientId}&redirect_uri={Uri.EscapeDataString("https://app.test/back")}"
        + $"&scope=openid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256{more}");

    /// <summary>The page without what is new each time and the name that was typed.</summary>
    internal static string Bare(Page page, string username)
    {
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var html = Regex.Replace(page.Html, "name=\"__RequestVerificationToken\"[^>]*>", "", RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.Contains(username, html, StringComparison.Ordinal);
        return html.Replace(username, "NAME", StringComparison.Ordinal);
    }
}
