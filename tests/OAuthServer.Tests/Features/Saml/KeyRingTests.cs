using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Federation.Saml;
using OAuthServer.Tests.Federation.Saml;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Saml;

/// <summary>The keys by which SAML providers know this server: made when needed, and changed without anybody noticing.</summary>
public sealed class KeyRingTests
{
    [Fact]
    public async Task Twenty_who_need_a_key_at_once_get_the_same()
    {
        await using var server = await TestServer.StartAsync();
        var keys = server.Services.GetRequiredService<SamlKeyRing>();
        var first = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => keys.KeysAsync(TestContext.Current.CancellationToken))));
        Assert.All(first, one => Assert.Equal(Names(first[0]), Names(one)));
        Assert.Single(first[0]);
        await server.RestartAsync();
        Assert.Equal(Names(first[0]), Names(await server.Services.GetRequiredService<SamlKeyRing>().KeysAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Two_nodes_that_need_a_key_at_once_know_each_others()
    {
        var postgres = await Postgres.NewDatabaseAsync();
        await using var first = await TestServer.StartOnAsync(postgres);
        await using var second = await TestServer.StartOnAsync(postgres);
        TestServer[] nodes = [first, second];
        var made = await Task.WhenAll(nodes.SelectMany(node => Enumerable.Range(0, 10).Select(_ => Task.Run(() => node.Services.GetRequiredService<SamlKeyRing>().KeysAsync(TestContext.Current.CancellationToken)))));
        Assert.All(made, Assert.NotEmpty);
        await using var db = first.Database.NewContext();
        Assert.InRange(await db.ServiceProviderKeys.CountAsync(TestContext.Current.CancellationToken), 1, 2); // each made one at the most
        foreach (var node in nodes)
            await node.NoticeAsync();
        var known = await Task.WhenAll(nodes.Select(node => node.Services.GetRequiredService<SamlKeyRing>().KeysAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(Names(known[0]), Names(known[1])); // in the same order: both sign with the same
    }

    [Fact]
    public async Task The_next_key_is_published_ninety_days_before_the_end_and_signs_thirty_days_before()
    {
        await using var server = await TestServer.StartAsync();
        var ring = server.Services.GetRequiredService<SamlKeyRing>();
        var old = Names(await KeysAsync()).Single();
        var end = (await KeysAsync())[0].NotAfter;
        server.Clock.Set(end.AddDays(-90.1));
        Assert.Equal([old], Names(await KeysAsync()));
        server.Clock.Set(end.AddDays(-89.9));
        var both = Names(await KeysAsync());
        Assert.Equal((2, old), (both.Count, both[0]));
        server.Clock.Set(end.AddDays(-30.1));
        Assert.Equal(both, Names(await KeysAsync()));
        server.Clock.Set(end.AddDays(-29.9));
        Assert.Equal([both[1], old], Names(await KeysAsync()));
        server.Clock.Set(end.AddDays(0.1));
        Assert.Equal([both[1]], Names(await KeysAsync()));

        Task<IReadOnlyList<ServiceProviderKey>> KeysAsync() => ring.KeysAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Assertions_to_any_of_our_published_keys_are_opened()
    {
        await using var server = await TestServer.StartAsync(now: SamlScene.Now.AddDays(100) - SamlKeyRing.Life);
        var saml = await SignedSaml.NewAsync(server, settings => settings with { WantsEncryption = true });
        await saml.LinkedUserAsync();
        var keys = server.Services.GetRequiredService<SamlKeyRing>();
        var old = Assert.Single(await keys.KeysAsync(TestContext.Current.CancellationToken));
        foreach (var (daysLeft, count) in new[] { (100, 1), (60, 2), (20, 2) })
        {
            server.Clock.Set(old.NotAfter.AddDays(-daysLeft));
            Assert.Equal(count, (await keys.KeysAsync(TestContext.Current.CancellationToken)).Count);
        }
        server.Clock.Set(SamlScene.Now);
        foreach (var key in await keys.KeysAsync(TestContext.Current.CancellationToken))
        {
            var handle = await saml.LeaveAsync();
            var response = saml.Response(handle);
            var signed = SamlSigner.Sign(response, SamlScene.Parse(response).One("Assertion").GetAttribute("ID"));
            SignedSaml.IsIn(await saml.PostAsync(EncryptionTests.Encrypt(signed, new() { For = key }), handle));
        }
    }

    static List<string> Names(IEnumerable<ServiceProviderKey> keys) => [.. keys.Select(key => Convert.ToBase64String(key.Certificate))];
}
