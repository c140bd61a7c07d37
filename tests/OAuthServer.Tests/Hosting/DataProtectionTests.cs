using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Hosting;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

public sealed class DataProtectionTests
{
    [Fact]
    public async Task What_was_sealed_before_a_restart_is_read_after_it()
    {
        await using var scratch = await Scratch.NewAsync();
        string cookie;
        await using (var before = Node(scratch.Database, scratch.Key))
            cookie = Protector(before).Protect("ada");
        await using var after = Node(scratch.Database, scratch.Key);
        Assert.Equal("ada", Protector(after).Unprotect(cookie));
        Assert.Single(await KeysAsync(scratch));
    }

    [Fact]
    public async Task Two_nodes_that_start_together_read_each_other()
    {
        await using var scratch = await Scratch.NewAsync();
        await using var secondDatabase = new SqliteDatabase(Path.Combine(scratch.Folder, "test.db"));
        await using var first = Node(scratch.Database, scratch.Key);
        await using var second = Node(secondDatabase, scratch.Key);
        var cookies = await Task.WhenAll(
            Task.Run(() => Protector(first).Protect("from the first")),
            Task.Run(() => Protector(second).Protect("from the second")));

        Assert.Equal("from the second", Protector(first).Unprotect(cookies[1]));
        Assert.Equal("from the first", Protector(second).Unprotect(cookies[0]));
    }

    [Fact]
    public async Task No_key_lies_in_the_table_unsealed()
    {
        await using var scratch = await Scratch.NewAsync();
        await using (var node = Node(scratch.Database, scratch.Key))
            Protector(node).Protect("ada");

        var xml = Assert.Single(await KeysAsync(scratch));
        Assert.DoesNotContain("masterKey", xml, StringComparison.OrdinalIgnoreCase);
        var sealedPart = XElement.Parse(xml).Descendants("sealed").Single().Value;
        var plain = System.Text.Encoding.UTF8.GetString(scratch.Key.Unprotect("data-protection", Convert.FromBase64String(sealedPart)));
        var secret = XElement.Parse(plain).DescendantsAndSelf("value").Single().Value;
        Assert.DoesNotContain(secret, xml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_master_key_reads_nothing()
    {
        await using var scratch = await Scratch.NewAsync();
        string cookie;
        await using (var node = Node(scratch.Database, scratch.Key))
            cookie = Protector(node).Protect("ada");
        var other = new byte[32];
        other[0] = 1;
        await using var stranger = Node(scratch.Database, new MasterKey(other));
        Assert.ThrowsAny<CryptographicException>(() => Protector(stranger).Unprotect(cookie));
    }

    [Fact]
    public void The_stored_name_of_the_decryptor_stays()
    {
        var type = Type.GetType("OAuthServer.Hosting.KeyXmlDecryptor, oauthserver");
        Assert.Equal(typeof(KeyXmlDecryptor), type);
    }

    static ServiceProvider Node(Database database, MasterKey key) =>
        new ServiceCollection().AddLogging().AddSingleton(database).AddSingleton(key).AddServerDataProtection().BuildServiceProvider();

    static IDataProtector Protector(ServiceProvider node) => node.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    static async Task<string[]> KeysAsync(Scratch scratch)
    {
        await using var db = scratch.Database.NewContext();
        return await db.DataProtectionKeys.Select(row => row.Xml).ToArrayAsync(TestContext.Current.CancellationToken);
    }
}
