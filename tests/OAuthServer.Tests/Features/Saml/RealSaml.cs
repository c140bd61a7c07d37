using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;
using OAuthServer.Tests.Support.Providers;

namespace OAuthServer.Tests.Features.Saml;

/// <summary>A server, SimpleSAMLphp that knows its metadata, and a person at one browser in the office.</summary>
sealed class RealSaml : IAsyncDisposable
{
    internal const string Username = "alice@real.example";

    static readonly SamlAccount Alice = AccountOf("Liddell");

    RealSaml(TestServer server, SimpleSaml idp, TestOrg org, ProviderEntry provider)
    {
        (Server, Idp, Org, Provider) = (server, idp, org, provider);
        (Browser, Visitor) = (new(server, TestServer.Office), new(idp.Url));
    }

    internal TestServer Server { get; }

    internal SimpleSaml Idp { get; }

    internal TestOrg Org { get; }

    internal ProviderEntry Provider { get; private set; }

    /// <summary>At our pages.</summary>
    internal TestBrowser Browser { get; }

    /// <summary>The same browser at the provider's.</summary>
    internal ProviderVisitor Visitor { get; set; }

    /// <summary>Us, as the provider knows us.</summary>
    internal string EntityId => Server.PublicUrl + Provider.Path;

    internal static SamlAccount AccountOf(string lastName, params string[] groups) => new("alice", "her secret")
    {
        Attributes = new Dictionary<string, string[]> { ["mail"] = [Username], ["givenName"] = ["Alice"], ["sn"] = [lastName], ["groups"] = groups },
    };

    /// <summary>Whoever comes gets an account.</summary>
    internal static async Task<RealSaml> StartAsync(
        Func<SamlSettings, SamlSettings>? change = null, Func<SimpleSamlSettings, SimpleSamlSettings>? idpChange = null, TestServer? server = null, TestOrg? org = null)
    {
        var settings = new SimpleSamlSettings { Accounts = [Alice] };
        var idp = await SimpleSaml.StartAsync(idpChange?.Invoke(settings) ?? settings);
        server ??= await TestServer.StartAsync();
        server.Clock.Set(TimeProvider.System.GetUtcNow()); // the provider keeps the real time
        org ??= await TestOrg.AddAsync(server);
        var profile = await org.ProfileAsync(new());
        await server.NoticeAsync();
        var saml = new SamlSettings { MetadataUrl = idp.MetadataUrl };
        var provider = await org.ProviderAsync(new()
        {
            Label = "Real",
            Saml = change?.Invoke(saml) ?? saml,
            Provisioning = new() { Creates = true, DefaultProfile = profile.Name },
        });
        var real = new RealSaml(server, idp, org, provider);
        await idp.TrustAsync(await real.MetadataAsync());
        return real;
    }

    internal async Task<string> MetadataAsync()
    {
        var page = await Browser.GetAsync(Provider.Path + "/metadata");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        return page.Html;
    }

    /// <summary>Goes to the provider and signs in there, where that is asked for; the page there that posts the answer.</summary>
    internal async Task<Visit> AnswerAsync()
    {
        var sent = await Browser.GetAsync(Provider.Path);
        var visit = sent.Location is { } url ? await Visitor.GoAsync(url)
            : sent.Status == HttpStatusCode.OK ? await Visitor.SubmitAsync(new(new(EntityId), sent.Status, sent.Html))
            : throw new InvalidOperationException($"{(int)sent.Status}: {sent.Html}\n{string.Join('\n', Server.Log.Lines.TakeLast(5))}");
        return await TypeAsync(visit);
    }

    /// <summary>Types name and password where the provider asks for them.</summary>
    internal async Task<Visit> TypeAsync(Visit visit) =>
        visit.Fields.ContainsKey("password") ? await Visitor.SubmitAsync(visit, ("username", "alice"), ("password", "her secret")) : visit;

    /// <summary>Brings the provider's answer to where its page posts it.</summary>
    internal Task<Page> BringAsync(Visit answer)
    {
        Assert.True(answer.Fields.ContainsKey("SAMLResponse"), $"{answer.Url} {answer.Html}\n{Idp.Log}");
        Assert.Equal(EntityId + "/acs", answer.Action.AbsoluteUri);
        string[] names = ["SAMLResponse", "RelayState"];
        return Browser.SendAsync(new(HttpMethod.Post, Provider.Path + "/acs")
        {
            Content = new FormUrlEncodedContent(names.Where(answer.Fields.ContainsKey).Select(name => KeyValuePair.Create(name, answer.Fields[name]))),
        });
    }

    /// <summary>All of a sign-in; the consumer service's answer.</summary>
    internal async Task<Page> SignInAsync() => await BringAsync(await AnswerAsync());

    internal async Task<User> UserAsync()
    {
        await using var db = Server.Database.NewContext();
        return await db.Users.AsNoTracking().SingleAsync(user => user.Username == Username);
    }

    internal async Task<ProviderMetadata?> FetchedAsync()
    {
        await using var db = Server.Database.NewContext();
        return await db.ProviderMetadata.AsNoTracking().SingleOrDefaultAsync(m => m.ProviderId == Provider.Id);
    }

    internal async Task IsRefusedAsync(Page page, AssertionFlaw flaw)
    {
        Assert.True(page.Status == HttpStatusCode.Forbidden, $"{(int)page.Status} {page.Location} {page.Html}");
        var record = await Server.RecordAsync(page);
        Assert.Equal((flaw.ToString(), Provider.Id, Provider.OrgId), (record.AssertionFlaw, record.ProviderId, record.OrgId));
    }

    /// <summary>Somebody is signed in at the browser.</summary>
    internal async Task<bool> IsInAsync() => (await Browser.GetAsync("/settings")).Status == HttpStatusCode.OK;

    public async ValueTask DisposeAsync()
    {
        Visitor.Dispose();
        await Server.DisposeAsync();
        await Idp.DisposeAsync();
    }
}
