using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Federation.Oidc;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Federation.Oidc;

/// <summary>An organization whose people sign in at an OpenID provider, and a browser in its office.</summary>
public sealed class OidcScene : IAsyncDisposable
{
    OidcScene(TestServer server, TestOrg org, FakeProvider fake, ProviderEntry provider)
    {
        (Server, Org, Fake, Provider) = (server, org, fake, provider);
        Browser = new(server, TestServer.Office);
    }

    public TestServer Server { get; }

    public TestOrg Org { get; }

    public FakeProvider Fake { get; }

    public ProviderEntry Provider { get; }

    public TestBrowser Browser { get; set; }

    /// <summary>Nobody is linked.</summary>
    public static async Task<OidcScene> NewAsync(TestServer server, Func<ProviderSettings, ProviderSettings>? change = null, TestOrg? org = null)
    {
        org ??= await TestOrg.AddAsync(server);
        await server.NoticeAsync();
        var fake = await FakeProvider.StartAsync(server.Clock);
        var settings = new ProviderSettings { Label = "Corporate", Oidc = new() { Issuer = fake.Issuer, ClientId = FakeProvider.ClientId } };
        return new(server, org, fake, await org.ProviderAsync(change?.Invoke(settings) ?? settings, FakeProvider.Secret));
    }

    /// <summary>Somebody who is linked with the subject that the provider gives.</summary>
    public async Task<TestUser> LinkedUserAsync(ProfileSettings? profile = null, string subject = FakeProvider.Subject, Action<User>? change = null)
    {
        var user = await Org.UserAsync(profile, change: change);
        await LinkAsync(user.Id, subject);
        return user;
    }

    public async Task LinkAsync(string userId, string subject = FakeProvider.Subject)
    {
        await using (var db = Server.Database.NewContext())
        {
            db.Add(new FederatedIdentity { ProviderId = Provider.Id, Subject = subject, UserId = userId, CreatedAt = Server.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
        }
        await Server.NoticeAsync();
    }

    /// <summary>Sends the browser to the provider, as a door does; the address there.</summary>
    public Task<string> LeaveAsync(SsoErrand? errand = null, string? loginHint = null) => LeaveAsync(Server, Browser, Provider, errand, loginHint);

    public Task<string> LeaveAsync(TestBrowser browser, ProviderEntry provider, SsoErrand? errand = null, string? loginHint = null) =>
        LeaveAsync(Server, browser, provider, errand, loginHint);

    public static async Task<string> LeaveAsync(TestServer server, TestBrowser browser, ProviderEntry provider, SsoErrand? errand = null, string? loginHint = null) =>
        Assert.IsType<ProviderRequest.Redirect>(await AskAsync(server, browser, provider, errand, loginHint)).Url;

    public Task<ProviderRequest> AskAsync(TestBrowser browser, ProviderEntry provider) => AskAsync(Server, browser, provider, null, null);

    static async Task<ProviderRequest> AskAsync(TestServer server, TestBrowser browser, ProviderEntry provider, SsoErrand? errand, string? loginHint)
    {
        var context = new DefaultHttpContext { RequestServices = server.Services };
        context.Request.Headers.Cookie = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
        var request = await server.Services.GetRequiredService<ProviderErrands>().SignInAsync(
            context, provider, errand ?? new(SsoPurpose.SignIn, SsoAnswers.Write(new SignInTarget(null, null))), loginHint);
        foreach (var line in context.Response.Headers.SetCookie)
        {
            var pair = line!.Split(';')[0].Split('=', 2);
            browser.Cookies[pair[0]] = pair[1];
        }
        return request;
    }

    /// <summary>Comes back from there to our callback.</summary>
    public Task<Page> ReturnAsync(string url, TestBrowser? browser = null) => (browser ?? Browser).GetAsync(PathOf(Fake.Authorize(url)));

    /// <summary>All of a sign-in; the callback's answer.</summary>
    public async Task<Page> SignInAsync(SsoErrand? errand = null) => await ReturnAsync(await LeaveAsync(errand));

    /// <summary>What the protocol makes of an answer, before anybody acts on it.</summary>
    public async Task<ProviderAnswer> AnswerAsync(DateTimeOffset? newerThan = null)
    {
        var url = await LeaveAsync();
        var code = Parameter(Fake.Authorize(url), "code");
        return await Server.Services.GetRequiredService<OidcAnswers>().ReadAsync(
            Provider, new(Parameter(url, "state"), new(SsoPurpose.Test, null), newerThan), new(code, Fake.Issuer, null, null), TestContext.Current.CancellationToken);
    }

    public string PathOf(string url)
    {
        Assert.StartsWith(Server.PublicUrl, url, StringComparison.Ordinal);
        return url[Server.PublicUrl.Length..];
    }

    public static string Parameter(string url, string name) => QueryHelpers.ParseQuery(new Uri(url).Query)[name].ToString();

    /// <summary>The session that the browser's last sign-in made; the youngest of the user.</summary>
    public async Task<BrowserSession> SessionAsync(string userId)
    {
        await using var db = Server.Database.NewContext();
        return (await db.BrowserSessions.AsNoTracking().Where(s => s.UserId == userId && s.EndedAt == null).ToListAsync()).MaxBy(s => s.StartedAt)
            ?? throw new InvalidOperationException("There is no session.");
    }

    public async Task<User?> UserAsync(string username)
    {
        await using var db = Server.Database.NewContext();
        return await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Username == username);
    }

    public async Task<List<FederatedIdentity>> IdentitiesAsync()
    {
        await using var db = Server.Database.NewContext();
        return await db.FederatedIdentities.AsNoTracking().Where(i => i.ProviderId == Provider.Id).ToListAsync();
    }

    /// <summary>The person is in, at the settings.</summary>
    public static void IsIn(Page page) => Assert.True(page.LocalLocation == "/settings", $"{(int)page.Status} {page.Location} {page.Html}");

    /// <summary>Nobody is in, the person reads one general sentence, and the record has the exact reason.</summary>
    public async Task IsRefusedAsync(Page page, AssertionFlaw flaw, TestBrowser? browser = null)
    {
        Assert.True(page.Status == HttpStatusCode.Forbidden, $"{(int)page.Status} {page.Location} {page.Html}");
        Assert.DoesNotContain("script>alert", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(flaw.ToString(), page.Html, StringComparison.Ordinal);
        var record = await Server.RecordAsync(page);
        Assert.Equal(flaw.ToString(), record.AssertionFlaw);
        Assert.Equal(Provider.OrgId, record.OrgId);
        Assert.False((browser ?? Browser).Cookies.ContainsKey("session"));
    }

    public ValueTask DisposeAsync() => Fake.DisposeAsync();
}
