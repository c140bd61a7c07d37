using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Federation.Saml;

/// <summary>What a fetch of metadata may change.</summary>
public sealed class SamlMetadataFetchingTests : IAsyncLifetime
{
    readonly string url = $"http://localhost:{FreePort.Next()}";
    string published = "";
    WebApplication idp = null!;
    TestServer server = null!;
    ProviderEntry provider = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        idp = builder.Build();
        idp.Urls.Add(url);
        idp.MapGet("/metadata", () => Results.Text(published, "application/samlmetadata+xml"));
        await idp.StartAsync(TestContext.Current.CancellationToken);
        server = await TestServer.StartAsync();
        published = Document("CN=First");
        provider = await (await TestOrg.AddAsync(server)).ProviderAsync(new() { Label = "Acme SAML", Saml = new() { MetadataUrl = url + "/metadata" } });
        provider = await FetchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await idp.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Metadata_that_tell_of_another_provider_change_nothing_unless_an_administrator_names_it()
    {
        var first = published;
        published = Document("CN=Other").Replace("https://idp.test\"", "https://other.test\"", StringComparison.Ordinal);
        Assert.Equal(first, (await FetchAsync()).Metadata);
        Assert.Equal("The metadata describes another provider than before, https://other.test; write it as saml.entityId if that is meant.", (await RowAsync()).Problem);
        await SetAsync(saml => saml with { EntityId = "https://other.test" });
        Assert.Equal(published, (await FetchAsync()).Metadata);
        Assert.Null((await RowAsync()).Problem);
    }

    [Fact]
    public async Task Metadata_that_are_made_anew_each_time_and_tell_the_same_are_no_change()
    {
        var (first, stamp, before) = (published, await StampAsync(), (await RowAsync()).FetchedAt);
        published = first.Replace("<md:EntityDescriptor ", "<md:EntityDescriptor ID=\"_2\" ", StringComparison.Ordinal);
        Assert.Equal(first, (await FetchAsync()).Metadata);
        Assert.Equal(stamp, await StampAsync());
        Assert.True((await RowAsync()).FetchedAt > before);
        published = Document("CN=Next");
        Assert.Equal(published, (await FetchAsync()).Metadata);
        Assert.NotEqual(stamp, await StampAsync());
    }

    [Fact]
    public async Task What_was_fetched_for_settings_that_have_changed_meanwhile_is_not_kept()
    {
        var (old, first) = (provider, published);
        await SetAsync(saml => saml with { MetadataUrl = "https://elsewhere.test/metadata" });
        published = Document("CN=Next");
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await server.Services.GetRequiredService<SamlMetadataFetching>().FetchAsync(old, TestContext.Current.CancellationToken);
        Assert.Equal(first, (await RowAsync()).Document);
    }

    [Fact]
    public async Task A_new_address_is_fetched_at_once()
    {
        await SetAsync(saml => saml with { MetadataUrl = url + "/metadata?new" });
        published = Document("CN=Next");
        Assert.Equal(published, (await server.Services.GetRequiredService<SamlMetadataFetching>().FetchAsync(provider, TestContext.Current.CancellationToken)).Metadata);
    }

    string Document(string subject) => ProviderCertificatesTests.Metadata(("signing", ProviderCertificatesTests.Certificate(subject, server.Clock.GetUtcNow().AddYears(1))));

    async Task<ProviderEntry> FetchAsync()
    {
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        return await server.Services.GetRequiredService<SamlMetadataFetching>().FetchAsync(provider, TestContext.Current.CancellationToken);
    }

    async Task SetAsync(Func<SamlSettings, SamlSettings> change)
    {
        await using var db = server.Database.NewContext();
        var row = await db.IdentityProviders.SingleAsync(p => p.Id == provider.Id, TestContext.Current.CancellationToken);
        row.Settings = SettingsJson.Write(provider.Settings with { Saml = change(provider.Settings.Saml!) });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        await server.Services.GetRequiredService<ChangeWatch>().RefreshAsync();
        provider = (await server.Services.GetRequiredService<IdentityProviders>().CurrentAsync()).FindById(provider.Id)!;
    }

    async Task<ProviderMetadata> RowAsync()
    {
        await using var db = server.Database.NewContext();
        return await db.ProviderMetadata.AsNoTracking().SingleAsync(m => m.ProviderId == provider.Id, TestContext.Current.CancellationToken);
    }

    async Task<long> StampAsync()
    {
        await using var db = server.Database.NewContext();
        return await db.ChangeStamps.Select(stamp => stamp.Version).SingleAsync(TestContext.Current.CancellationToken);
    }
}
