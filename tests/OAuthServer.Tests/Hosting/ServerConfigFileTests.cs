using OAuthServer.Configuration;
using OAuthServer.Hosting.Configuration;

namespace OAuthServer.Tests.Hosting;

public sealed class ServerConfigFileTests : IDisposable
{
    const string Valid = """
        {
          // comments are welcome
          "database": { "kind": "sqlite", "path": "data/test.db" },
          "masterKey": "file:data/master.key",
          "mail": { "folder": "mail" },
        }
        """;

    readonly ConfigFiles files = new ConfigFiles(Directory.CreateTempSubdirectory("oauthserver-config-").FullName).Write("server.json", Valid);

    public void Dispose() => Directory.Delete(files.Folder, recursive: true);

    [Fact]
    public void A_small_file_is_enough_and_paths_begin_at_its_folder()
    {
        var options = ServerConfigFile.Load(files.PathOf("server.json"));
        Assert.Equal(files.PathOf("data/test.db"), options.Database.SqlitePath);
        Assert.Equal(files.PathOf("mail"), options.Mail.Folder);
        Assert.Equal("http://localhost:5000", options.PublicUrl);
        Assert.Equal(210_000, options.Passwords.Rounds);
        Assert.Equal(32, options.MasterKey.Length);
    }

    [Fact]
    public void Every_key_is_read()
    {
        Environment.SetEnvironmentVariable("OAUTHSERVER_TEST_SMTP", "smtp secret");
        Environment.SetEnvironmentVariable("OAUTHSERVER_TEST_DB", "Host=db;Password=secret");
        files.Set("server.json", "mail", """{ "from": "a@b.example", "smtp": { "host": "smtp.example.com", "port": 25, "username": "u", "password": "env:OAUTHSERVER_TEST_SMTP" } }""")
            .Set("server.json", "database", """{ "kind": "postgres", "connectionString": "env:OAUTHSERVER_TEST_DB" }""")
            .Set("server.json", "listen", "\"http://0.0.0.0:8080;http://[::1]:81\"")
            .Set("server.json", "publicUrl", "\"https://login.example.com/auth\"")
            .Set("server.json", "trustedProxies", """{ "addresses": ["10.0.0.7", "fd00::/8"], "hops": 2 }""")
            .Set("server.json", "telemetry.otlpEndpoint", "\"http://localhost:4318\"")
            .Set("server.json", "limits.historyDays", "30");
        var options = ServerConfigFile.Load(files.PathOf("server.json"));
        Assert.Equal("smtp secret", options.Mail.Smtp!.Password);
        Assert.Equal("Host=db;Password=secret", options.Database.PostgresConnectionString);
        Assert.Equal(2, options.TrustedProxies.Hops);
        Assert.Equal("http://localhost:4318", options.Telemetry.OtlpEndpoint);
        Assert.Equal(30, options.Limits.HistoryDays);
        Assert.Equal("https://login.example.com/auth", options.PublicUrl);
    }

    [Theory]
    [InlineData("database", null, "database: is missing; write it.")]
    [InlineData("database", "null", "database: null says nothing; write an object, { ... } or leave the key out.")]
    [InlineData("database.kind", "\"postgre\"", "database.kind: \"postgre\" is not known; did you mean \"postgres\"?")]
    [InlineData("database.path", null, "database.path: is missing; name the database file, such as \"../data/oauthserver.db\".")]
    [InlineData("database.connectionString", "\"Host=x\"", "database.connectionString: belongs to kind \"postgres\"; sqlite has a path.")]
    [InlineData("database", """{"kind":"postgres"}""", "database.connectionString: is missing; write \"env:NAME\" or \"file:path\" of a connection string.")]
    [InlineData("database", """{"kind":"postgres","connectionString":"Host=x;Password=y"}""", "database.connectionString: holds a password; put the whole connection string elsewhere and write \"env:NAME\" or \"file:path\".")]
    [InlineData("database", """{"kind":"postgres","connectionString":"nonsense"}""", "database.connectionString: is not a connection string; write one such as \"Host=db.example.com;Database=oauthserver;Username=oauthserver\".")]
    [InlineData("masterKey", "\"AAAA\"", "masterKey: holds a secret itself; put the secret elsewhere and write \"env:NAME\" or \"file:path\".")]
    [InlineData("masterKey", "\"env:OAUTHSERVER_TEST_UNSET\"", "masterKey: the environment variable OAUTHSERVER_TEST_UNSET is not set; set it before starting.")]
    [InlineData("mail", "{}", "mail: has neither folder nor smtp; add one.")]
    [InlineData("mail.smtp", """{"host":"localhost"}""", "mail: has both folder and smtp; keep one.")]
    [InlineData("mail.from", "\"nobody\"", "mail.from: is not a mail address; write one such as \"Sign-in <no-reply@example.com>\".")]
    [InlineData("mail", """{"smtp":{"host":"localhost","port":99999}}""", "mail.smtp.port: 99999 is not a port; use 1 to 65535.")]
    [InlineData("mail", """{"smtp":{"host":"smtp.example.com","startTls":false}}""", "mail.smtp.startTls: may be false only for a mail server on this machine; use true.")]
    [InlineData("mail", """{"smtp":{"host":"localhost","username":"u","password":"inline"}}""", "mail.smtp.password: holds a secret itself; put the secret elsewhere and write \"env:NAME\" or \"file:path\".")]
    [InlineData("mail", """{"smtp":{"host":"localhost","username":"u"}}""", "mail.smtp: has only one of username and password; write both or neither.")]
    [InlineData("mail", """{"smtp":{}}""", "mail.smtp.host: is missing; write it.")]
    [InlineData("listen", "\"localhost\"", "listen: \"localhost\" is not an address to listen on; write one such as \"http://localhost:5000\".")]
    [InlineData("publicUrl", "\"http://localhost:5000/\"", "publicUrl: ends with a slash; remove it.")]
    [InlineData("publicUrl", "\"login.example.com\"", "publicUrl: is not an absolute http or https URL without user, query and fragment; write one such as \"https://login.example.com\".")]
    [InlineData("publicUrl", "\"https://login.example.com?a\"", "publicUrl: is not an absolute http or https URL without user, query and fragment; write one such as \"https://login.example.com\".")]
    [InlineData("publicUrl", "\"http://login.example.com\"", "publicUrl: is http on a host that is not this machine; use https (or, for a test, \"allowInsecurePublicUrl\": true).")]
    [InlineData("trustedProxies.addresses", "[\"10.0.0.0/24\", \"proxy\"]", "trustedProxies.addresses[1]: \"proxy\" is neither an address nor a network; write 10.0.0.7 or 10.0.0.0/24.")]
    [InlineData("trustedProxies.hops", "0", "trustedProxies.hops: 0 is out of range; use 1 to 10.")]
    [InlineData("telemetry.otlpEndpoint", "\"localhost:4318\"", "telemetry.otlpEndpoint: is not an absolute http or https URL; write one such as \"http://localhost:4318\".")]
    [InlineData("passwords.rounds", "1000", "passwords.rounds: 1000 is out of range; use 100000 to 10000000.")]
    [InlineData("passwords.rounds", "\"many\"", "passwords.rounds: must be a whole number.")]
    [InlineData("passwords.rounds", "1.5", "passwords.rounds: must be a whole number.")]
    [InlineData("passwords.waiting", "0", "passwords.waiting: 0 is out of range; use 1 to 100000.")]
    [InlineData("keys", """{"rotateAfterDays":1,"publishAheadHours":24}""", "keys.publishAheadHours: 24 hours are not less than keys.rotateAfterDays; use fewer.")]
    [InlineData("limits.historyDays", "0", "limits.historyDays: 0 is out of range; use 1 to 3650.")]
    [InlineData("allowInsecurePublicUrl", "\"yes\"", "allowInsecurePublicUrl: must be true or false.")]
    [InlineData("mail.smpt", "{}", "mail.smpt: there is no such key; did you mean \"smtp\"?")]
    [InlineData("colour", "1", "colour: there is no such key; use one of listen, publicUrl, allowInsecurePublicUrl, tls, database, masterKey, mail, trustedProxies, telemetry, passwords, keys, limits.")]
    public void What_is_wrong_is_named_with_its_place_and_its_remedy(string path, string? value, params string[] expected)
    {
        files.Set("server.json", path, value);
        Assert.Equal(expected.Select(line => $"{files.PathOf("server.json")}: {line}"), Refusal());
        Assert.False(File.Exists(files.PathOf("data/master.key")), "No key is made for a file with errors.");
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        files.Set("server.json", "passwords.rounds", "1").Set("server.json", "publicUrl", "\"x\"").Set("server.json", "mail.folder", "1").Set("server.json", "pasword", "{}");
        Assert.Equal(["mail", "mail.folder", "passwords.rounds", "pasword", "publicUrl"], Errors().Select(error => error.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{\n  \"listen\": \"x\"\n  \"mail\": {}\n}", "line 3, column 3: ")]
    [InlineData("{ \"ä\": ä }", "line 1, column 8: ")]
    [InlineData("[]", "must hold one object, { ... }.")]
    [InlineData("{ \"listen\": 1, \"listen\": 2 }", "")]
    public void Text_that_is_no_JSON_is_refused_where_it_goes_wrong(string text, string expected)
    {
        files.Write("server.json", text);
        Assert.StartsWith($"{files.PathOf("server.json")}: {expected}", Assert.Single(Refusal()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        files.Delete("server.json");
        Assert.Equal([$"{files.PathOf("server.json")}: is not there; create it or name another file."], Refusal());
    }

    [Fact]
    public void No_message_shows_a_secret()
    {
        files.Set("server.json", "masterKey", "\"hunter2-hunter2\"").Set("server.json", "mail", """{"smtp":{"host":"localhost","username":"u","password":"hunter2"}}""")
            .Set("server.json", "database", """{"kind":"postgres","connectionString":"Host=x;Password=hunter2"}""");
        Assert.DoesNotContain("hunter2", string.Join('\n', Refusal()), StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_file_is_valid()
    {
        files.Write("server.json", File.ReadAllText(Path.Combine(ConfigFiles.Shipped(), "server.json")).Replace("../data", "data", StringComparison.Ordinal));
        Assert.Equal(files.PathOf("data/oauthserver.db"), ServerConfigFile.Load(files.PathOf("server.json")).Database.SqlitePath);
    }

    IReadOnlyList<ConfigError> Errors() =>
        Assert.Throws<ConfigurationException>(() => ServerConfigFile.Load(files.PathOf("server.json"))).Errors;

    IEnumerable<string> Refusal() => Errors().Select(error => error.ToString());
}
