using OAuthServer.Accounts;
using OAuthServer.Configuration;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

public sealed class ConfigApplyErrorsTests : IAsyncLifetime
{
    Scratch scratch = null!;
    ConfigFiles files = null!;

    public async ValueTask InitializeAsync()
    {
        scratch = await Scratch.NewAsync();
        files = ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "acme"));
    }

    public ValueTask DisposeAsync() => scratch.DisposeAsync();

    [Theory]
    [InlineData("organization.json", "trustedNetworks", """[{"name":"x","range":"192.0.2.0/33"}]""", "trustedNetworks[0].range: \"192.0.2.0/33\" is not a range of addresses; write 192.0.2.1, 192.0.2.1-192.0.2.9 or 192.0.2.0/24.")]
    [InlineData("organization.json", "status", "\"opne\"", "status: \"opne\" is not known; did you mean \"open\"?")]
    [InlineData("organization.json", "name", "\" \"", "name: must be 1 to 80 characters; write the organization's name.")]
    [InlineData("profiles/standard.json", "loginRanges", """["everywhere"]""", "loginRanges[0]: \"everywhere\" is not a range of addresses; write 192.0.2.1, 192.0.2.1-192.0.2.9 or 192.0.2.0/24.")]
    [InlineData("profiles/standard.json", "loginHours", """{"timeZone":"Europe/Acme","friday":["8-18"]}""", "loginHours.timeZone: \"Europe/Acme\" is not a time zone; use an IANA name such as \"Europe/Berlin\".", "loginHours.friday[0]: \"8-18\" is not a window; write one such as \"08:00-18:00\".")]
    [InlineData("profiles/standard.json", "loginHours", """{"monday":["08:00-18:00"]}""", "loginHours.timeZone: is missing; write it.")]
    [InlineData("profiles/standard.json", "doors", """["refreshToken","Browser"]""", "doors[1]: \"Browser\" is not known; did you mean \"browser\"?", "doors[0]: refreshToken is not a door: it goes on where an earlier login came in; remove it.")]
    [InlineData("profiles/standard.json", "doors", """["browser","browser"]""", "doors[1]: is there twice; remove one.")]
    [InlineData("profiles/standard.json", "sso", "null", "sso: null says nothing; write text or leave the key out.")]
    [InlineData("profiles/standard.json", "securityToken.overlapDays", "31", "securityToken.overlapDays: 31 is out of range; use 0 to 30.")]
    [InlineData("profiles/standard.json", "secondFactor.kinds", """["emailCode","totp"]""", "secondFactor.kinds[0]: emailCode is not a second factor; use totp, passkey, recoveryCode or ssoSecondFactor.")]
    [InlineData("profiles/standard.json", "secondFactor.kinds", """["recoveryCode"]""", "secondFactor.kinds: names nothing that can be enrolled; add totp or passkey, or set secondFactor.browser to never.")]
    [InlineData("profiles/standard.json", "password.expiresAfterDays", "45", "password.expiresAfterDays: 45 is not allowed; use one of 0, 30, 60, 90, 180, 365.")]
    [InlineData("profiles/standard.json", "session.idleMinutes", "1500", "session.idleMinutes: 1500 is more than session.lifetimeMinutes (1440); use less.")]
    [InlineData("profiles/standard.json", "lockout.minuets", "15", "lockout.minuets: there is no such key; did you mean \"minutes\"?")]
    [InlineData("users/ann.json", "profile", "\"Standart\"", "profile: there is no profile \"Standart\"; did you mean \"Standard\"?")]
    [InlineData("users/ann.json", "username", "\"ann smith\"", "username: must be 1 to 200 printable ASCII characters without spaces, such as \"ann@acme.example\".")]
    [InlineData("users/ann.json", "email", "\"ann\"", "email: is not a mail address; write one such as \"ann@acme.example\".")]
    [InlineData("users/ann.json", "timeZone", "\"Mars\"", "timeZone: \"Mars\" is not a time zone; use an IANA name such as \"Europe/Berlin\".")]
    [InlineData("users/ann.json", "language", "\"English\"", "language: \"English\" is not a language; write one such as \"en_US\".")]
    [InlineData("users/ann.json", "breakGlass", "true", "breakGlass: is for administrators, and \"Standard\" is no administrator's profile; set it to false.")]
    [InlineData("users/ann.json", "password", "\"short\"", "password: does not satisfy the profile \"Standard\" (tooShort, notComplexEnough); choose another.")]
    [InlineData("users/ann.json", "password", "\"file:nowhere.txt\"", "password: the file {folder}/users/nowhere.txt cannot be read (FileNotFoundException); create it, or correct the path.")]
    [InlineData("apps/nightly.json", "flows", null, "flows: is missing; write it.")]
    [InlineData("apps/nightly.json", "flows", """["clientCredentials"]""", "runAs: is missing: a clientCredentials login acts as a user; write a username.")]
    [InlineData("apps/nightly.json", "flows", """["browser"]""", "flows[0]: browser comes in without an app; remove it.")]
    [InlineData("apps/nightly.json", "flows", """["jwtBearer"]""", "preapproval.required: is false, but users cannot approve jwtBearer by themselves; set it to true, or add the flow authorizationCode and the scope refresh_token or offline_access.", "jwks: is missing: jwtBearer assertions are checked with the app's public keys; add them.")]
    [InlineData("apps/nightly.json", "runAs", "\"bob@acme.example\"", "runAs: there is no user \"bob@acme.example\" in this organization; declare one in users/, or correct the name.")]
    [InlineData("apps/nightly.json", "authMethods", """["none","clientSecretPost"]""", "authMethods: has \"none\" beside other methods, which makes them optional; keep one or the other.")]
    [InlineData("apps/nightly.json", "authMethods", """["privateKeyJwt"]""", "jwks: is missing: privateKeyJwt is checked with the app's public keys; add them.")]
    [InlineData("apps/nightly.json", "jwks", """{"keys":[{"kty":"EC","d":"hunter2"}]}""", "jwks.keys[0]: holds a private key; keep that with the app, and write its public half here.")]
    [InlineData("apps/nightly.json", "jwks", """{"keys":[{"kty":"oct"}]}""", "jwks.keys[0].kty: is not a kind of key that is accepted; use RSA or EC.")]
    [InlineData("apps/nightly.json", "jwks", "[]", "jwks: is not a key set; write { \"keys\": [ ... ] } with at least one public key.")]
    [InlineData("apps/nightly.json", "preapproval", """{"required":true,"profiles":["Standerd"],"users":["bob"]}""", "preapproval.users[0]: there is no user \"bob\" in this organization; declare one in users/, or correct the name.", "preapproval.profiles[0]: there is no profile \"Standerd\"; did you mean \"Standard\"?")]
    [InlineData("apps/nightly.json", "secrets", """[{"name":"a","value":"tooshort"}]""", "secrets[0].value: is shorter than 16 characters; make one with: openssl rand -hex 32")]
    [InlineData("apps/nightly.json", "secrets", """[{"name":"a","value":"generate"},{"name":"a","value":"generate","expiresAt":"soon"}]""", "secrets[1].expiresAt: must be a time such as \"2030-01-31T00:00:00Z\".", "secrets[1]: is there twice; remove one.")]
    [InlineData("apps/nightly.json", "scopes", """["api full"]""", "scopes[0]: must be printable ASCII without spaces, quotes and backslashes.")]
    [InlineData("apps/nightly.json", "scopes", """["change_password"]""", "scopes[0]: is the server's own: it marks sessions of expired passwords; choose another word.")]
    [InlineData("apps/nightly.json", "flows", """["authorizationCode"]""", "redirectUris: is missing: answers of the authorizationCode flow go nowhere else; write one such as \"https://app.example.com/callback\".")]
    [InlineData("apps/nightly.json", "redirectUris", """["app.example.com/callback","/callback"]""", "redirectUris[0]: is not an absolute URL of printable ASCII characters; write one such as \"https://app.example.com/callback\".", "redirectUris[1]: is not an absolute URL of printable ASCII characters; write one such as \"https://app.example.com/callback\".")]
    [InlineData("apps/nightly.json", "redirectUris", """["https://app.example.com/#here"]""", "redirectUris[0]: has a fragment, in which nothing reaches an app; remove it.")]
    [InlineData("apps/nightly.json", "redirectUris", """["https://me@app.example.com/"]""", "redirectUris[0]: has a user in it; remove what stands before the at sign.")]
    [InlineData("apps/nightly.json", "redirectUris", """["http://app.example.com/","http://127.0.0.1/","http://localhost:8080/x"]""", "redirectUris[0]: is http on a host that is not this machine; use https.")]
    [InlineData("apps/nightly.json", "redirectUris", """["com.example.app:/callback"]""", "redirectUris[0]: must be https, or http on this machine.")]
    [InlineData("apps/nightly.json", "postLogoutRedirectUris", """["javascript:alert(1)"]""", "postLogoutRedirectUris[0]: must be https, or http on this machine.")]
    [InlineData("apps/nightly.json", "backchannelLogoutUri", "\"http://app.example.com/logout\"", "backchannelLogoutUri: is http on a host that is not this machine; use https.")]
    [InlineData("apps/nightly.json", "idTokenAlgorithm", "\"HS256\"", "idTokenAlgorithm: \"HS256\" is not known; use \"RS256\" or \"ES256\".")]
    [InlineData("apps/nightly.json", "refresh", """{"idleDays":91}""", "refresh.idleDays: 91 is more than refresh.lifetimeDays (90); use less.")]
    public async Task What_is_wrong_is_named_with_its_file_its_place_and_its_remedy(string file, string path, string? value, params string[] expected)
    {
        files.Set(file, path, value);
        Assert.Equal(
            expected.Select(line => $"{files.PathOf(file)}: {line.Replace("{folder}", files.Folder, StringComparison.Ordinal)}"),
            (await ErrorsAsync()).Select(error => error.ToString()));
    }

    [Fact]
    public async Task A_public_app_has_no_client_credentials_no_secrets_and_no_unrotated_tokens()
    {
        files.Set("apps/nightly.json", "authMethods", """["none"]""").Set("apps/nightly.json", "flows", """["clientCredentials"]""")
            .Set("apps/nightly.json", "runAs", "\"ann@acme.example\"").Set("apps/nightly.json", "secrets", """[{"name":"a","value":"generate"}]""")
            .Set("apps/nightly.json", "introspectsAll", "true").Set("apps/nightly.json", "refresh.rotate", "false");
        Assert.Equal(["flows", "introspectsAll", "refresh.rotate", "secrets"], (await ErrorsAsync()).Select(error => error.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_demo_no_secret_may_stand_in_a_file()
    {
        files.Set("organization.json", "demo", null).Set("users/ann.json", "password", "\"generate\"")
            .Set("apps/nightly.json", "secrets", """[{"name":"a","value":"hunter2-hunter2-hunter2"}]""");
        Assert.Equal(
            [
                $"{files.PathOf("apps/nightly.json")}: secrets[0].value: holds a secret itself; put the secret elsewhere and write \"env:NAME\" or \"file:path\".",
                $"{files.PathOf("users/ann.json")}: password: is generated only where organization.json says \"demo\": true; write \"env:NAME\" or \"file:path\".",
            ],
            (await ErrorsAsync()).Select(error => error.ToString()));
    }

    [Fact]
    public async Task The_errors_of_all_files_are_told_at_once()
    {
        files.Write("organization.json", """{ "name": "Acme", """).Write("profiles/second.json", """{ "name": "Standard" }""")
            .Write("profil/x.json", "{}").Write("notes.json", "{}").Set("users/ann.json", "profile", "\"None\"");
        files.Write("organization.json", """{ "name": "Acme", "demo": 1 }""")
            .Write("users/twin.json", """{ "username": "ANN@acme.example", "email": "ann@acme.example", "profile": "Standard" }""");
        Assert.Equal(
            ["notes.json:", "organization.json: demo", "profil:", "profiles/standard.json: name", "users/ann.json: profile", "users/twin.json: username"],
            (await ErrorsAsync()).Select(error => $"{Path.GetRelativePath(files.Folder, error.File)}: {error.Path}".TrimEnd()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Names_of_another_organization_are_refused()
    {
        await ApplyAsync();
        files.Set("organization.json", "name", "\"Beta\"");
        Assert.Equal(
            ["\"nightly\" belongs to another organization of this server; choose another.", "\"ann@acme.example\" belongs to another organization of this server; choose another."],
            (await ErrorsAsync()).Select(error => error.Message));
    }

    [Fact]
    public async Task A_folder_without_an_organization_is_refused()
    {
        files = new(Path.Combine(scratch.Folder, "empty"));
        Assert.StartsWith("holds no organization", Assert.Single(await ErrorsAsync()).Message, StringComparison.Ordinal);
    }

    async Task ApplyAsync()
    {
        using var hashing = new PasswordHashing(new() { Rounds = 1000 });
        await ConfigApply.ApplyAsync(scratch.Database, scratch.Key, hashing, files.Folder, prune: false, "tests", new ManualClock());
    }

    async Task<IReadOnlyList<ConfigError>> ErrorsAsync()
    {
        var refusal = await Assert.ThrowsAsync<ConfigurationException>(ApplyAsync);
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
        return refusal.Errors;
    }
}
