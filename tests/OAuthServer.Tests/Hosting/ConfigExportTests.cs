using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>From the database to files and back: nothing is lost, nothing is added, and no secret is in between.</summary>
public sealed class ConfigExportTests : IAsyncLifetime
{
    readonly PasswordHashing hashing = new(new() { Rounds = 1000 });
    readonly ManualClock clock = new();
    Scratch scratch = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => scratch = await Scratch.NewAsync();

    public async ValueTask DisposeAsync()
    {
        hashing.Dispose();
        await scratch.DisposeAsync();
    }

    [Fact]
    public async Task The_demo_exported_changes_nothing_and_makes_the_same_organization_on_an_empty_database()
    {
        await ApplyAsync(scratch, Path.Combine(ConfigFiles.Shipped(), "demo"));
        var first = await ExportAsync(scratch, "first", users: true);
        Assert.Empty((await PlanAsync(scratch, first)).Changes);
        Assert.Empty((await PlanAsync(scratch, first, prune: true)).Changes);
        await using var empty = await Scratch.NewAsync();
        var report = await ApplyAsync(empty, first);
        Assert.NotEmpty(report.Changes);
        // A secret is in no file: each that is missing is named, and nothing else is.
        Assert.All(report.Kept, line => Assert.Contains("is to be kept, but there is none", line, StringComparison.Ordinal));
        await using var db = scratch.Database.NewContext();
        Assert.Equal(await db.AppSecrets.CountAsync(Stop) + await db.IdentityProviders.CountAsync(provider => provider.ClientSecret != null, Stop), report.Kept.Count);
        Assert.Equal(WithoutSecrets(Read(first)), WithoutSecrets(Read(await ExportAsync(empty, "second", users: true))));
    }

    [Fact]
    public async Task Every_setting_off_its_default_comes_back()
    {
        await ApplyAsync(scratch, OffDefaults());
        var first = await ExportAsync(scratch, "first", users: true);
        Assert.Empty((await PlanAsync(scratch, first)).Changes);
        await using var empty = await Scratch.NewAsync();
        await ApplyAsync(empty, first);
        Assert.Equal(WithoutSecrets(Read(first)), WithoutSecrets(Read(await ExportAsync(empty, "second", users: true))));
        // The test would prove little for a setting that stands at its default.
        var profile = JsonNode.Parse(Read(first)["profiles/every-setting.json"])!.AsObject();
        foreach (var member in JsonShape.Members(typeof(ProfileSettings)))
            Assert.True(profile.ContainsKey(member.Name), member.Name);
        foreach (var (key, type) in new[] { ("securityToken", typeof(SecurityTokenSettings)), ("secondFactor", typeof(SecondFactorSettings)), ("password", typeof(PasswordSettings)), ("lockout", typeof(LockoutSettings)), ("session", typeof(SessionSettings)), ("permissions", typeof(PermissionSettings)) })
            Assert.All(JsonShape.Members(type), member => Assert.True(profile[key]!.AsObject().ContainsKey(member.Name), key + "." + member.Name));
        var app = JsonNode.Parse(Read(first)["apps/every-setting.json"])!.AsObject();
        Assert.All(JsonShape.Members(typeof(OAuthServer.Apps.AppSettings)), member => Assert.True(app.ContainsKey(member.Name), member.Name));
    }

    [Fact]
    public async Task Settings_drawn_at_random_come_back()
    {
        var draw = new Draw(20261122);
        for (var round = 0; round < 12; round++)
        {
            await using var one = await Scratch.NewAsync();
            await ApplyAsync(one, draw.Organization(Path.Combine(one.Folder, "drawn")));
            var first = await ExportAsync(one, "first", users: true);
            Assert.Empty((await PlanAsync(one, first, prune: true)).Changes);
            await using var other = await Scratch.NewAsync();
            await ApplyAsync(other, first);
            Assert.Equal(WithoutSecrets(Read(first)), WithoutSecrets(Read(await ExportAsync(other, "second", users: true))));
        }
    }

    [Fact]
    public async Task Whoever_was_made_by_hand_stays_so_and_no_secret_and_no_stranger_is_in_the_files()
    {
        await ApplyAsync(scratch, ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "acme"))
            .Set("apps/nightly.json", "secrets", """[{ "name": "2026", "value": "a-secret-of-many-letters", "expiresAt": "2030-01-31T00:00:00Z" }]""").Folder);
        await ApplyAsync(scratch, new ConfigFiles(Path.Combine(scratch.Folder, "other")).Write("organization.json", """{ "name": "Other" }""").Write("profiles/p.json", """{ "name": "Theirs" }""").Folder);
        await using (var db = scratch.Database.NewContext())
        {
            await db.Users.ExecuteUpdateAsync(set => set.SetProperty(user => user.IsDeclared, false).SetProperty(user => user.PasswordHash, "the-hash"), Stop);
        }
        var folder = await ExportAsync(scratch, "files", users: true);
        var files = Read(folder);
        Assert.Equal(["apps/nightly.json", "organization.json", "profiles/standard.json", "users/ann-acme-example.json"], files.Keys.Order(StringComparer.Ordinal));
        Assert.All(files.Values, text => Assert.DoesNotContain("a-secret-of", text, StringComparison.Ordinal));
        Assert.All(files.Values, text => Assert.DoesNotContain("the-hash", text, StringComparison.Ordinal));
        var plan = await PlanAsync(scratch, folder, prune: true);
        Assert.Empty(plan.Changes);
        Assert.Empty(plan.Kept);
        await ApplyAsync(scratch, folder);
        File.Delete(Path.Combine(folder, "users", "ann-acme-example.json"));
        Assert.Empty((await PlanAsync(scratch, folder, prune: true)).Changes);
    }

    [Fact]
    public async Task By_the_api_it_is_a_zip_of_the_same_files()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await Administration.SystemScene.NewAsync(server);
        await scene.Org.AppAsync();
        var file = (await scene.Get<OAuthServer.Administration.Server.ExportOperations>().ExportAsync(await scene.CallAsync("organization.export"), new(Users: true))).Value!;
        using var stream = new MemoryStream();
        await file.WriteAsync(new OnlyAsync(stream), Stop);
        using var zip = new ZipArchive(new MemoryStream(stream.ToArray()));
        Assert.Equal(["apps", "organization.json", "profiles", "users"], zip.Entries.Select(entry => entry.FullName.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_apply_does_is_in_the_trail_and_none_of_the_secrets_it_set()
    {
        var key = scratch.Key;
        const string secret = "a-secret-of-many-letters", client = "the-secret-at-the-provider", password = "Velvet-anchor-92", another = "another-secret-of-letters";
        var files = ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "acme")).Set("organization.json", "alias", "\"acme\"")
            .Set("users/ann.json", "password", $"\"{password}\"").Set("apps/nightly.json", "secrets", $$"""[{ "name": "2026", "value": "{{secret}}" }]""")
            .Write("providers/p.json", $$"""{ "name": "p", "label": "P", "clientSecret": "{{client}}", "oidc": { "issuer": "https://p.example", "clientId": "c" } }""");
        await ApplyAsync(scratch, files.Folder);
        files.Set("apps/nightly.json", "secrets", $$"""[{ "name": "2026", "value": "{{another}}" }]""").Set("providers/p.json", "oidc.clientAuthentication", "\"none\"").Set("providers/p.json", "clientSecret", null);
        await ApplyAsync(scratch, files.Folder);
        await using var db = scratch.Database.NewContext();
        var trail = await db.AuditEntries.OrderBy(entry => entry.Id).ToListAsync(Stop);
        Assert.All(trail, entry => Assert.Equal(($"operator {Environment.UserName}", AuditDoor.Cli, "apply"), (entry.Actor, entry.Door, entry.Operation)));
        Assert.Equal(["app", "networks", "organization", "profile", "provider", "user"], trail.Select(entry => entry.ObjectKind).Distinct().Order());
        Assert.Contains(trail, entry => entry is { ObjectName: "nightly, secret 2026", Before: not null, After: not null });
        var hidden = new List<string> { secret, client, password, another, (await db.Users.SingleAsync(Stop)).PasswordHash! };
        foreach (var text in new[] { secret, another })
            hidden.Add(key.KeyedHash(OAuthServer.Apps.ClientAuthenticator.SecretPurpose, text));
        var all = string.Join('\n', trail.Select(entry => entry.Before + entry.After));
        Assert.All(hidden, text => Assert.DoesNotContain(text, all, StringComparison.Ordinal));
        Assert.Matches("clientSecret\":\"\\\\u2022", all);
        Assert.DoesNotMatch("clientSecret\":\"[^\\\\]", all);
    }

    string OffDefaults() => new ConfigFiles(Path.Combine(scratch.Folder, "off"))
        .Write("organization.json", """
            { "name": "Off", "alias": "off", "demo": true, "status": "locked", "passwordGrantEnabled": true, "soapLoginEnabled": true, "ssoRequiredByDefault": true,
              "disclosesMissingToken": true, "color": "#112233", "trustedNetworks": [{ "name": "Same", "range": "192.0.2.0/24" }, { "name": "Same", "range": "2001:db8::/32" }] }
            """)
        .Write("profiles/a.json", """
            { "name": "Every setting", "loginRanges": ["192.0.2.1-192.0.2.9"], "loginHours": { "timeZone": "Europe/Berlin", "friday": ["22:00-06:00"] }, "doors": ["browser", "device"],
              "apiOnly": true, "sso": "off", "securityToken": { "offTrustedNetworks": false, "lifetimeDays": 9, "singleUse": true, "overlapDays": 3 },
              "secondFactor": { "browser": "never", "api": "either", "kinds": ["passkey"], "enrolmentForced": true },
              "password": { "minLength": 12, "complexity": 5, "history": 0, "expiresAfterDays": 30, "oneDayMinimum": true, "breachedListCheck": false },
              "lockout": { "maxInvalidAttempts": 3, "minutes": 0 }, "session": { "idleMinutes": 5, "lifetimeMinutes": 10, "boundToAddress": true },
              "permissions": { "apiEnabled": false, "administrator": true, "passwordNeverExpires": true, "mayResetOwnToken": false } }
            """)
        .Write("profiles/b.json", """{ "name": "every-setting" }""")
        .Write("providers/o.json", """
            { "name": "o", "label": "O", "active": false, "clientSecret": "secret-of-o-there", "domains": ["off.example"], "linksByVerifiedEmail": true, "secondFactors": ["mfa"], "signsOutThere": false,
              "oidc": { "issuer": "https://o.example", "clientId": "c", "clientAuthentication": "clientSecretPost", "scopes": ["openid"], "exchangedAudiences": ["x"] },
              "provisioning": { "creates": true, "updates": false, "claims": { "email": ["mail"] }, "profiles": [{ "claim": "g", "value": "v", "profile": "every-setting" }],
                "defaultProfile": "Every setting", "mayGrantAdministrator": true, "leftWhen": { "claim": "gone", "value": "1" }, "deactivatesWithoutProfile": true } }
            """)
        .Write("providers/s.json", """
            { "name": "s", "label": "S", "saml": { "metadataUrl": "https://s.example/m", "entityId": "s", "requestBinding": "post", "signsRequests": false, "idpInitiated": true, "wantsEncryption": true,
              "nameIdFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "subjectAttribute": "uid", "requestedContexts": ["c"] } }
            """)
        .Write("users/u.json", """
            { "username": "U@off.example", "email": "u@off.example", "profile": "Every setting", "firstName": "Ü", "lastName": "L", "language": "de_DE", "timeZone": "Europe/Berlin", "status": "frozen",
              "breakGlass": true, "declared": false, "federatedIdentities": [{ "provider": "s", "subject": "1", "format": "f" }] }
            """)
        .Write("apps/a.json", """
            { "clientId": "every/setting", "name": "A", "active": false, "runAs": "u@off.example", "secrets": [{ "name": "1", "value": "generate", "expiresAt": "2030-01-31T00:00:00Z" }],
              "dialect": "salesforce", "flows": ["clientCredentials", "authorizationCode", "refreshToken"], "authMethods": ["clientSecretPost", "privateKeyJwt"],
              "jwks": { "keys": [{ "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" }] },
              "scopes": ["openid", "refresh_token"], "tokenFormat": "jwt", "accessTokenMinutes": 5, "audience": "https://api.example",
              "refresh": { "rotate": false, "lifetimeDays": 9, "idleDays": 3, "retrySeconds": 0 }, "preapproval": { "required": true, "profiles": ["Every setting"], "users": ["u@off.example"] },
              "ipRelaxation": "relax", "redirectUris": ["https://a.example/cb"], "postLogoutRedirectUris": ["https://a.example/out"], "backchannelLogoutUri": "https://a.example/bc",
              "idTokenAlgorithm": "ES256", "requirePushedRequests": true, "introspectsAll": true }
            """).Folder;

    Task<ApplyReport> ApplyAsync(Scratch at, string folder) => ConfigApply.ApplyAsync(at.Database, at.Key, hashing, folder, prune: false, "tests", clock);

    Task<ApplyReport> PlanAsync(Scratch at, string folder, bool prune = false) => ConfigApply.PlanAsync(at.Database, at.Key, folder, prune, "tests", clock);

    static async Task<string> ExportAsync(Scratch at, string name, bool users)
    {
        var folder = Path.Combine(at.Folder, name);
        await using var db = at.Database.NewContext();
        var id = (await db.Organizations.OrderBy(org => org.CreatedAt).ThenBy(org => org.Name).FirstAsync(Stop)).Id;
        await foreach (var file in ConfigExport.ReadAsync(at.Database, id, users, Stop))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file.Path))!);
            await File.WriteAllBytesAsync(Path.Combine(folder, file.Path), file.Content, Stop);
        }
        return folder;
    }

    static SortedDictionary<string, string> Read(string folder) => new(
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), file => Encoding.UTF8.GetString(File.ReadAllBytes(file))), StringComparer.Ordinal);

    static SortedDictionary<string, string> WithoutSecrets(SortedDictionary<string, string> files) => new(
        files.ToDictionary(file => file.Key, file =>
        {
            if (!file.Key.StartsWith("apps/", StringComparison.Ordinal))
                return file.Value;
            var json = JsonNode.Parse(file.Value)!.AsObject();
            json.Remove("secrets");
            return json.ToJsonString();
        }), StringComparer.Ordinal);

    /// <summary>An answer of the server: whoever writes to it at once and not asynchronously is refused.</summary>
    sealed class OnlyAsync(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => throw new InvalidOperationException("Synchronous operations are disallowed.");

        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous operations are disallowed.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.WriteAsync(buffer, offset, count, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);
    }

    /// <summary>Organizations by chance, the same in each run.</summary>
    sealed class Draw(int seed)
    {
        uint state = (uint)seed;

        internal string Organization(string folder)
        {
            var files = new ConfigFiles(folder).Write("organization.json", Text(new()
            {
                ["name"] = "Drawn",
                ["passwordGrantEnabled"] = Coin(),
                ["soapLoginEnabled"] = Coin(),
                ["ssoRequiredByDefault"] = Coin(),
                ["disclosesMissingToken"] = Coin(),
                ["status"] = Of("open", "locked", "closed"),
                ["trustedNetworks"] = new JsonArray([.. Enumerable.Range(0, Next(3)).Select(i => new JsonObject { ["name"] = Of("A", "B"), ["range"] = $"192.0.2.{i}" })]),
            }));
            for (var i = 0; i < 3; i++)
                files.Write($"profiles/{i}.json", Text(Profile(i)));
            for (var i = 0; i < 3; i++)
                files.Write($"users/{i}.json", Text(new() { ["username"] = $"u{i}@drawn.example", ["email"] = "u@drawn.example", ["profile"] = $"P {Next(3)}", ["status"] = Of("active", "inactive", "frozen"), ["firstName"] = Of("", "Ö"), ["declared"] = Coin() }));
            for (var i = 0; i < 3; i++)
                files.Write($"apps/{i}.json", Text(App(i)));
            return files.Folder;
        }

        JsonObject Profile(int i)
        {
            var profile = new JsonObject
            {
                ["name"] = $"P {i}",
                ["apiOnly"] = Coin(),
                ["sso"] = Of("off", "offered", "required"),
                ["loginRanges"] = new JsonArray([.. Enumerable.Range(0, Next(3)).Select(n => JsonValue.Create($"10.0.0.{n}"))]),
                ["securityToken"] = new JsonObject { ["offTrustedNetworks"] = Coin(), ["singleUse"] = Coin(), ["overlapDays"] = Next(31) },
                ["secondFactor"] = new JsonObject { ["browser"] = Of("never", "offTrustedNetworksWhenEnrolled", "offTrustedNetworks", "always"), ["api"] = Of("securityToken", "totp", "either"), ["enrolmentForced"] = Coin() },
                ["password"] = new JsonObject { ["minLength"] = 5 + Next(46), ["complexity"] = Next(6), ["history"] = Next(25) },
                ["lockout"] = new JsonObject { ["maxInvalidAttempts"] = int.Parse(Of("0", "3", "5", "10"), System.Globalization.CultureInfo.InvariantCulture) },
                ["permissions"] = new JsonObject { ["administrator"] = Coin(), ["apiEnabled"] = Coin() },
            };
            if (Coin())
                profile["loginHours"] = new JsonObject { ["timeZone"] = "UTC", ["monday"] = new JsonArray("08:00-18:00") };
            return Some(profile);
        }

        JsonObject App(int i) => Some(new JsonObject
        {
            ["clientId"] = $"app-{i}",
            ["name"] = "App",
            ["flows"] = new JsonArray([.. new[] { "passwordGrant", "device", "refreshToken" }.Where(_ => Coin()).Select(flow => JsonValue.Create(flow))]),
            ["active"] = Coin(),
            ["dialect"] = Of("standard", "salesforce"),
            ["tokenFormat"] = Of("jwt", "opaque"),
            ["accessTokenMinutes"] = 1 + Next(1440),
            ["requirePushedRequests"] = Coin(),
            ["refresh"] = new JsonObject { ["rotate"] = Coin(), ["retrySeconds"] = Next(61) },
            ["preapproval"] = new JsonObject { ["required"] = Coin(), ["users"] = new JsonArray("u1@drawn.example") },
            ["secrets"] = new JsonArray([.. Enumerable.Range(0, Next(3)).Select(n => new JsonObject { ["name"] = $"s{n}", ["value"] = "env:PATH" })]),
        });

        /// <summary>What is not said has its default.</summary>
        JsonObject Some(JsonObject all) => new(all.Where(pair => pair.Key is "name" or "clientId" or "flows" || Coin()).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

        static string Text(JsonObject json) => json.ToJsonString();

        string Of(params string[] words) => words[Next(words.Length)];

        bool Coin() => Next(2) == 0;

        int Next(int below) => (int)((state = state * 1664525 + 1013904223) >> 8) % below;
    }
}
