using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Federation.Oidc;
using OAuthServer.Tests.Federation.Saml;
using OAuthServer.Tests.Support;
using Key = OAuthServer.Federation.Saml.ServiceProviderKey;

namespace OAuthServer.Tests.Features.Saml;

/// <summary>What a provider publishes of itself is fetched, also while it changes; what does not hold changes nothing.</summary>
[Collection(nameof(SamlServersCollection))]
public sealed class MetadataTests(SamlServers servers)
{
    [Fact]
    public async Task An_announced_change_of_certificate_is_noticed_by_nobody()
    {
        await using var real = await RealSaml.StartAsync();
        OidcScene.IsIn(await real.SignInAsync());
        await real.Idp.AnnounceNextCertificateAsync();
        await FetchAsync(real);
        await real.Idp.UseNextCertificateAsync(keepAnnouncingTheOld: false);
        Assert.True(await real.IsInAsync());
        OidcScene.IsIn(await real.SignInAsync());
        Assert.True(await real.IsInAsync());
    }

    [Fact]
    public async Task A_change_that_nobody_announced_is_found_out_by_the_first_answer()
    {
        await using var real = await RealSaml.StartAsync();
        OidcScene.IsIn(await real.SignInAsync());
        await real.Idp.AnnounceNextCertificateAsync();
        await real.Idp.UseNextCertificateAsync(keepAnnouncingTheOld: false);
        Assert.True(await real.IsInAsync());
        var answer = await real.AnswerAsync();
        await real.IsRefusedAsync(await real.BringAsync(answer), AssertionFlaw.SignatureInvalid); // it was fetched a moment ago, and is not again
        real.Server.Clock.Advance(SamlMetadataFetching.BetweenFetches);
        OidcScene.IsIn(await real.SignInAsync());
    }

    [Fact]
    public async Task While_the_metadata_cannot_be_had_the_last_stay_in_force()
    {
        await using var real = await RealSaml.StartAsync();
        OidcScene.IsIn(await real.SignInAsync());
        var answer = await real.AnswerAsync();
        var before = (await real.FetchedAsync())!;
        await real.Idp.StopAsync();
        await FetchAsync(real);
        var after = (await real.FetchedAsync())!;
        Assert.Equal((before.Document, before.FetchedAt), (after.Document, after.FetchedAt));
        Assert.StartsWith("It could not be reached", after.Problem, StringComparison.Ordinal);
        Assert.NotNull(after.ProblemAt);
        OidcScene.IsIn(await real.BringAsync(answer));
        await real.Server.RestartAsync();
        Assert.StartsWith(real.Idp.SingleSignOnUrl, (await real.Browser.GetAsync(real.Provider.Path)).Location, StringComparison.Ordinal);
        await real.Idp.StartAgainAsync();
        await FetchAsync(real);
        Assert.Null((await real.FetchedAsync())!.Problem);
    }

    [Fact]
    public async Task Where_they_were_never_had_the_person_reads_a_clear_page_and_is_not_sent_anywhere()
    {
        var server = await servers.OnAsync("SQLite");
        var org = await TestOrg.AddAsync(server);
        await server.NoticeAsync();
        var provider = await org.ProviderAsync(new() { Label = "Gone Login", Saml = new() { MetadataUrl = $"http://127.0.0.1:{FreePort.Next()}/metadata", IdpInitiated = true } });
        var browser = new TestBrowser(server);
        var page = await browser.GetAsync(provider.Path);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.Contains("Gone Login", page.Html, StringComparison.Ordinal);
        Assert.StartsWith("It could not be reached", (await FetchedAsync(server, provider))!.Problem, StringComparison.Ordinal);
        var answer = await browser.SendAsync(new(HttpMethod.Post, provider.Path + "/acs")
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("SAMLResponse", SamlScene.Base64(SamlScene.SignedResponse))]),
        });
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal(nameof(AssertionFlaw.ProviderUnreachable), (await server.RecordAsync(answer)).AssertionFlaw);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_they_must_be_signed_only_that_certificate_will_do(bool isRight)
    {
        var server = await servers.OnAsync("SQLite");
        await using var host = await Loopback.StartAsync(context => context.Response.WriteAsync(SamlSigner.Sign(Document("https://idp.corp.test/sso"), "_metadata")));
        var provider = await ProviderAsync(server, host.Url, isRight ? SamlScene.IdpKey : SamlScene.Stranger);
        var page = await new TestBrowser(server).GetAsync(provider.Path);
        var kept = (await FetchedAsync(server, provider))!;
        if (isRight)
        {
            Assert.StartsWith("https://idp.corp.test/sso?SAMLRequest=", page.Location, StringComparison.Ordinal);
            Assert.Null(kept.Problem);
        }
        else
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
            Assert.Contains("not signed as it must be", kept.Problem, StringComparison.Ordinal);
            Assert.Null(kept.Document);
        }
    }

    [Fact]
    public async Task Unsigned_ones_do_not_take_the_place_of_signed_ones()
    {
        var document = SamlSigner.Sign(Document("https://idp.corp.test/sso"), "_metadata");
        await using var host = await Loopback.StartAsync(context => context.Response.WriteAsync(document));
        await using var own = await TestServer.StartAsync(now: SamlScene.Now);
        var provider = await ProviderAsync(own, host.Url, SamlScene.IdpKey);
        var browser = new TestBrowser(own);
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync(provider.Path)).Status);
        document = Document("https://evil.example/sso");
        own.Clock.Advance(SamlMetadataFetching.Every);
        await own.Services.GetRequiredService<SamlMetadataFetching>().RunAsync(TestContext.Current.CancellationToken);
        Assert.Contains("bears no signature", (await FetchedAsync(own, provider))!.Problem, StringComparison.Ordinal);
        Assert.StartsWith("https://idp.corp.test/sso?", (await browser.GetAsync(provider.Path)).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_are_fetched_every_hour_and_once_for_all_who_wait()
    {
        await using var server = await TestServer.StartAsync(now: SamlScene.Now);
        await using var host = await Loopback.StartAsync(async context =>
        {
            await Task.Delay(300);
            await context.Response.WriteAsync(Document("https://idp.corp.test/sso"));
        });
        var provider = await ProviderAsync(server, host.Url, null);
        var pages = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => new TestBrowser(server).GetAsync(provider.Path)));
        Assert.All(pages, page => Assert.Equal(HttpStatusCode.Found, page.Status));
        Assert.Equal(1, host.Requests);
        var fetching = server.Services.GetRequiredService<SamlMetadataFetching>();
        server.Clock.Advance(SamlMetadataFetching.Every - TimeSpan.FromMinutes(1));
        await fetching.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, host.Requests);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await fetching.RunAsync(TestContext.Current.CancellationToken);
        await fetching.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, host.Requests);
    }

    [Fact]
    public async Task Metadata_that_have_ended_are_asked_for_again_before_anybody_is_turned_away()
    {
        await using var server = await TestServer.StartAsync(now: SamlScene.Now);
        var end = SamlScene.At(30);
        await using var host = await Loopback.StartAsync(context => context.Response.WriteAsync(Document("https://idp.corp.test/sso", end)));
        var provider = await ProviderAsync(server, host.Url, null);
        var browser = new TestBrowser(server);
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync(provider.Path)).Status);
        server.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.GetAsync(provider.Path)).Status);
        end = SamlScene.At(90);
        server.Clock.Advance(SamlMetadataFetching.BetweenFetches);
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync(provider.Path)).Status);
    }

    [Fact]
    public async Task Ours_are_served_for_each_provider()
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"), settings => settings with { NameIdFormat = SamlNames.EmailFormat });
        var page = await saml.Browser.GetAsync(saml.Provider.Path + "/metadata");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var root = SamlScene.Parse(page.Html).DocumentElement!;
        Assert.Equal(saml.EntityId, root.GetAttribute("entityID"));
        Assert.Equal(saml.Acs, root.One("AssertionConsumerService").GetAttribute("Location"));
        Assert.Equal(saml.Slo, root.One("SingleLogoutService").GetAttribute("Location"));
        Assert.Equal(SamlNames.EmailFormat, root.One("NameIDFormat").InnerText);
    }

    static async Task FetchAsync(RealSaml real)
    {
        real.Server.Clock.Advance(SamlMetadataFetching.BetweenFetches);
        await real.Server.Services.GetRequiredService<SamlMetadataFetching>().FetchAsync(real.Provider, TestContext.Current.CancellationToken);
    }

    static async Task<ProviderMetadata?> FetchedAsync(TestServer server, ProviderEntry provider)
    {
        await using var db = server.Database.NewContext();
        return await db.ProviderMetadata.AsNoTracking().SingleOrDefaultAsync(m => m.ProviderId == provider.Id, TestContext.Current.CancellationToken);
    }

    static async Task<ProviderEntry> ProviderAsync(TestServer server, string url, Key? signer)
    {
        var org = await TestOrg.AddAsync(server);
        await server.NoticeAsync();
        var certificate = signer is null ? null : PemEncoding.WriteString("CERTIFICATE", signer.Certificate);
        return await org.ProviderAsync(new() { Label = "Published", Saml = new() { MetadataUrl = url, MetadataCertificate = certificate } });
    }

    static string Document(string signOn, string? end = null) => $"""
        <md:EntityDescriptor xmlns:md="{SamlNames.Metadata}" ID="_metadata" entityID="{SamlScene.Idp}"{(end is null ? "" : $" validUntil=\"{end}\"")}><md:IDPSSODescriptor protocolSupportEnumeration="{SamlNames.Protocol}"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{SamlNames.Signature}"><ds:X509Data><ds:X509Certificate>{Convert.ToBase64String(SamlScene.IdpKey.Certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="{SamlNames.RedirectBinding}" Location="{signOn}"/></md:IDPSSODescriptor></md:EntityDescriptor>
        """;
}
