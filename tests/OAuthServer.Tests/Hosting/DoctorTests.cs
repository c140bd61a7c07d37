using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Hosting;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

public sealed class DoctorTests : IAsyncLifetime
{
    readonly ManualClock clock = new();
    Scratch scratch = null!;
    ServerOptions options = null!;

    public async ValueTask InitializeAsync()
    {
        clock.Set(new(2026, 12, 1, 10, 0, 0, TimeSpan.Zero));
        scratch = await Scratch.NewAsync();
        options = new()
        {
            Database = new() { SqlitePath = Path.Combine(scratch.Folder, "test.db") },
            MasterKey = new byte[32],
            Mail = new() { Folder = Path.Combine(scratch.Folder, "mail") },
        };
    }

    public ValueTask DisposeAsync() => scratch.DisposeAsync();

    [Fact]
    public async Task A_fresh_server_is_well()
    {
        var (exit, text) = await RunAsync();
        Assert.Equal(0, exit);
        Snapshot.Matches(text.Replace(scratch.Folder, "{folder}", StringComparison.Ordinal), "doctor-fresh");
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_not_made()
    {
        options = options with { Database = new() { SqlitePath = Path.Combine(scratch.Folder, "none.db") } };
        await FindsAsync(0, "WARN  database: {folder}/none.db is not there yet");
        Assert.False(File.Exists(options.Database.SqlitePath));
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_a_failure()
    {
        options = options with { Database = new() { PostgresConnectionString = "Host=127.0.0.1;Port=1;Timeout=2" } };
        await FindsAsync(1, "FAIL  database: PostgreSQL cannot be reached");
    }

    [Fact]
    public async Task A_schema_that_is_behind_is_told()
    {
        options = options with { Database = new() { SqlitePath = Path.Combine(scratch.Folder, "empty.db") } };
        await File.WriteAllTextAsync(options.Database.SqlitePath!, "", TestContext.Current.CancellationToken);
        await using var database = new SqliteDatabase(options.Database.SqlitePath!);
        await using var db = database.NewContext();
        await FindsAsync(0, $"WARN  database: SQLite is reachable, but lacks {db.Database.GetMigrations().Count()} migrations");
    }

    [Fact]
    public async Task Another_master_key_is_a_failure()
    {
        await AddAsync(new SigningKey { Kid = "k", Algorithm = "ES256", ActivatesAt = clock.GetUtcNow(), PrivateKey = scratch.Key.Protect("signing-key", [1]) });
        await FindsAsync(0, "OK    master key: opens what the database holds.", "OK    signing keys: the ES256 key is replaced in 90 days.");
        options = options with { MasterKey = [.. Enumerable.Repeat((byte)1, 32)] };
        await FindsAsync(1, "FAIL  master key: is not the one this database was made with");
    }

    [Fact]
    public async Task A_key_that_was_not_rotated_is_told()
    {
        await AddAsync(new SigningKey { Kid = "k", Algorithm = "ES256", ActivatesAt = clock.GetUtcNow().AddDays(-100), PrivateKey = scratch.Key.Protect("signing-key", [1]) });
        await FindsAsync(0, "WARN  signing keys: the ES256 key is 10 days overdue");
    }

    [Fact]
    public async Task A_clock_that_lags_behind_what_was_recorded_is_a_failure()
    {
        await AddAsync(Login(1, "192.0.2.1", clock.GetUtcNow().AddMinutes(10)));
        await FindsAsync(1, "FAIL  clock: says 2026-12-01 10:00:00Z, but something was recorded at 2026-12-01 10:10:00Z");
        clock.Set(new(1999, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await FindsAsync(1, "FAIL  clock: says 1999-01-01 00:00:00Z; set this machine's clock.");
    }

    [Fact]
    public async Task Mail_that_does_not_leave_is_told()
    {
        await AddAsync(new OutboxMessage { Id = "m", Recipient = "r", Subject = "s", Body = [1], CreatedAt = clock.GetUtcNow().AddHours(-1) });
        await FindsAsync(0, "WARN  outbox: 1 messages wait, the oldest since 2026-12-01 09:00:00Z");
    }

    [Fact]
    public async Task A_proxy_that_nobody_listed_is_told()
    {
        options = options with { PublicUrl = "https://login.example.com", Listen = "http://0.0.0.0:8080" };
        await AddAsync([.. Enumerable.Range(1, 5).Select(id => Login(id, "10.0.0.7", clock.GetUtcNow()))]);
        await FindsAsync(0, "WARN  trusted proxies: none listed, and the last 5 logins all came from 10.0.0.7", "WARN  public URL: https://login.example.com is https and the server listens on http");
        options = options with { TrustedProxies = new() { Addresses = ["10.0.0.7"] } };
        await FindsAsync(0, "OK    trusted proxies: 1 listed.", "OK    public URL: ");
    }

    [Theory]
    [InlineData("http://localhost:5000", "http://*:5000", "WARN  public URL: http://localhost:5000 is this machine only")]
    [InlineData("http://localhost:5001", "http://localhost:5000", "WARN  public URL: http://localhost:5001 has another port")]
    [InlineData("http://login.example.com", "http://*:5000", "WARN  public URL: http://login.example.com is not encrypted")]
    public async Task A_public_URL_that_does_not_fit_is_told(string publicUrl, string listen, string expected)
    {
        options = options with { PublicUrl = publicUrl, Listen = listen };
        await FindsAsync(0, expected);
    }

    [Fact]
    public async Task A_demo_that_strangers_can_reach_is_a_failure()
    {
        await AddAsync(new Organization { Id = "o", Name = "Acme", IsDemo = true });
        await FindsAsync(0, "OK    demo data: 1 demo organization(s), on this machine only.");
        options = options with { PublicUrl = "https://login.example.com" };
        await FindsAsync(1, "FAIL  demo data: 1 demo organization(s)");
    }

    [Fact]
    public async Task Single_sign_on_that_is_required_without_a_provider_or_a_way_around_is_told()
    {
        var org = new Organization { Id = "00D000000000001", Name = "Acme", Alias = "acme", SsoRequiredByDefault = true };
        var profile = new Profile { Id = "00e000000000001", OrgId = org.Id, Name = "Standard", Version = 1 };
        var admins = new Profile { Id = "00e000000000002", OrgId = org.Id, Name = "Admins", Version = 1 };
        await AddAsync(org, profile, admins, Settings(profile, new()), Settings(admins, new() { Sso = SsoMode.Off, Permissions = new() { Administrator = true } }));
        await FindsAsync(
            1, "FAIL  single sign-on: Acme requires it (Standard) and has no provider that is switched on; declare one, or nobody of these comes in.",
            "WARN  single sign-on: Acme requires it and has no active break-glass administrator;");
        var oidc = new ProviderSettings { Label = "Acme", Oidc = new() { Issuer = "https://idp.acme.example", ClientId = "us" } };
        var user = new User { Id = "005000000000001", OrgId = org.Id, ProfileId = admins.Id, Username = "glass@acme.example", NormalizedUsername = "glass@acme.example", Email = "glass@acme.example", IsBreakGlass = true };
        await AddAsync(new IdentityProvider { Id = "0SO000000000001", OrgId = org.Id, Name = "openid", Settings = SettingsJson.Write(oidc) }, user);
        await FindsAsync(0, "WARN  single sign-on: no break-glass administrator of Acme has enrolled a second factor");
        await AddAsync(new Authenticator { UserId = user.Id, Seed = scratch.Key.Protect(Authenticators.SeedPurpose, [1]), ConfirmedAt = clock.GetUtcNow() });
        var (_, text) = await RunAsync();
        Assert.DoesNotContain("single sign-on", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_is_a_failure()
    {
        await File.WriteAllTextAsync(Path.Combine(scratch.Folder, "mail"), "a file, not a folder", TestContext.Current.CancellationToken);
        await FindsAsync(1, "FAIL  mail: the folder {folder}/mail cannot be written to");
    }

    [Theory]
    [InlineData("220 here\r\n", "250-here\r\n250-STARTTLS\r\n250 8BITMIME\r\n", 0, "OK    mail: 127.0.0.1:{port} answers.")]
    [InlineData("220 here\r\n", "250 here\r\n", 1, "FAIL  mail: 127.0.0.1:{port} does not offer STARTTLS")]
    [InlineData("HTTP/1.1 400\r\n", "", 1, "FAIL  mail: 127.0.0.1:{port} does not speak SMTP")]
    public async Task The_mail_server_is_asked(string greeting, string abilities, int exit, string expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        options = options with { Mail = new() { Smtp = new() { Host = "127.0.0.1", Port = port } } };
        var server = AnswerAsync(listener, greeting, abilities);
        await FindsAsync(exit, expected.Replace("{port}", $"{port}", StringComparison.Ordinal));
        await server;
    }

    [Fact]
    public async Task A_mail_server_that_is_away_is_a_failure()
    {
        options = options with { Mail = new() { Smtp = new() { Host = "127.0.0.1", Port = 1 } } };
        await FindsAsync(1, "FAIL  mail: 127.0.0.1:1 cannot be reached (SocketException)");
    }

    static async Task AnswerAsync(TcpListener listener, string greeting, string abilities)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(greeting), TestContext.Current.CancellationToken);
        if (abilities.Length == 0)
            return;
        using var reader = new StreamReader(stream);
        Assert.Equal("EHLO localhost", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(abilities), TestContext.Current.CancellationToken);
        Assert.Equal("QUIT", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    static ProfileVersion Settings(Profile profile, ProfileSettings settings) =>
        new() { ProfileId = profile.Id, Version = 1, SavedBy = "tests", Settings = SettingsJson.Write(settings) };

    static LoginRecord Login(long id, string source, DateTimeOffset at) => new()
    {
        Id = id,
        At = at,
        SourceAddress = source,
        Channel = LoginChannel.PasswordGrant,
        Decision = "deny",
        Trace = "",
        Facts = "{}",
    };

    async Task AddAsync(params object[] rows)
    {
        await using var db = scratch.Database.NewContext();
        db.AddRange(rows);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    async Task FindsAsync(int exit, params string[] beginnings)
    {
        var (code, text) = await RunAsync();
        var lines = text.Split('\n');
        foreach (var beginning in beginnings)
            Assert.Contains(lines, line => line.StartsWith(beginning.Replace("{folder}", scratch.Folder, StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Equal(exit, code);
    }

    async Task<(int Exit, string Text)> RunAsync()
    {
        await using var output = new StringWriter { NewLine = "\n" };
        var exit = await Doctor.RunAsync(options, output, clock);
        return (exit, output.ToString());
    }
}
