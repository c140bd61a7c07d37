using OAuthServer.Configuration;
using OAuthServer.Hosting.Configuration;

namespace OAuthServer.Tests.Hosting;

public sealed class MasterKeyFileTests : IDisposable
{
    readonly ConfigFiles files = new ConfigFiles(Directory.CreateTempSubdirectory("oauthserver-key-").FullName).Write(
        "server.json",
        """{ "database": { "kind": "sqlite", "path": "data/test.db" }, "masterKey": "file:data/master.key", "mail": { "folder": "mail" } }""");

    public void Dispose() => Directory.Delete(files.Folder, recursive: true);

    [Fact]
    public void A_missing_key_is_made_for_the_owner_only_and_stays_the_same()
    {
        var first = Load();
        Assert.Equal(first, Load());
        Assert.Contains(first, value => value != 0);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Single(Directory.GetFiles(files.PathOf("data")));
    }

    [Fact]
    public void A_key_that_others_may_read_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        Load();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal($"others on this machine may read the key; run: chmod 600 {KeyFile}", Refusal().Message);
    }

    [Fact]
    public void A_lost_key_is_not_replaced_while_its_database_is_there()
    {
        files.Write("data/test.db", "");
        Assert.Equal($"the key {KeyFile} is gone, but the database {files.PathOf("data/test.db")} was made with it; restore the key from your backup.", Refusal().Message);
        Assert.False(File.Exists(KeyFile));
    }

    [Theory]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F")]
    public void A_key_is_base64_or_hexadecimal(string text)
    {
        Environment.SetEnvironmentVariable("OAUTHSERVER_TEST_KEY", text);
        files.Set("server.json", "masterKey", "\"env:OAUTHSERVER_TEST_KEY\"");
        Assert.Equal(Enumerable.Range(0, 32).Select(value => (byte)value), Load());
    }

    [Fact]
    public void A_key_of_another_size_is_refused()
    {
        Environment.SetEnvironmentVariable("OAUTHSERVER_TEST_SHORT_KEY", "AAAA");
        files.Set("server.json", "masterKey", "\"env:OAUTHSERVER_TEST_SHORT_KEY\"");
        Assert.Equal("is not 32 bytes in base64 or hexadecimal; make one with: openssl rand -base64 32", Refusal().Message);
    }

    string KeyFile => files.PathOf("data/master.key");

    byte[] Load() => ServerConfigFile.Load(files.PathOf("server.json")).MasterKey;

    ConfigError Refusal() => Assert.Single(Assert.Throws<ConfigurationException>(Load).Errors);
}
