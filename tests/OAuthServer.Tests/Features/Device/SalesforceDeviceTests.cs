using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Tests.Support;
using OAuthServer.Tokens;

namespace OAuthServer.Tests.Features.Device;

/// <summary>The device flow at the token endpoint, as older sf CLIs and devices of the salesforce dialect use it (contract, section 4.8).</summary>
[Collection(nameof(ServersCollection))]
public sealed class SalesforceDeviceTests(Servers servers)
{
    const string Token = "/services/oauth2/token";

    static readonly AppSettings Public = DeviceScene.PublicDevice with { Dialect = Dialect.Salesforce, Scopes = ["api", "id", "refresh_token"] };

    [Theory]
    [InlineData("form")]
    [InlineData("multipart")]
    [InlineData("query")]
    public async Task A_device_gets_its_codes_and_its_tokens(string way)
    {
        var scene = await SceneAsync();
        var started = await SendAsync(scene, way, ("response_type", "device_code"), ("client_id", scene.App.ClientId), ("scope", "api refresh_token"), ("format", "json"));
        started.IsAllowed();
        Assert.Equal(["device_code", "user_code", "verification_uri", "interval"], started.Json.EnumerateObject().Select(member => member.Name));
        Assert.Matches("^[A-Z]{8}$", started["user_code"]);
        Assert.Equal((JsonValueKind.Number, "5"), (started.Json.GetProperty("interval").ValueKind, started["interval"]));
        Assert.Equal("http://localhost:5000/setup/connect", started["verification_uri"]);
        Assert.True(started.Headers.CacheControl!.NoStore);

        Task<Answer> Poll() => SendAsync(scene, way, ("grant_type", "device"), ("client_id", scene.App.ClientId), ("code", started["device_code"]));
        (await Poll()).IsRefused(HttpStatusCode.BadRequest, "authorization_pending");
        (await Poll()).IsRefused(HttpStatusCode.BadRequest, "slow_down");
        Assert.True(await scene.ApproveAsync(started));
        var tokens = await Poll();
        tokens.IsAllowed();
        Assert.All(tokens.Json.EnumerateObject(), member => Assert.Equal(JsonValueKind.String, member.Value.ValueKind));
        Assert.Equal(("api refresh_token", "http://localhost:5000"), (tokens["scope"], tokens["instance_url"]));
        Assert.NotNull(tokens["refresh_token"]);
        (await Poll()).IsRefused("invalid_grant", "expired authorization code");
    }

    [Fact]
    public async Task What_becomes_of_a_code_is_told_in_the_contracts_words()
    {
        var scene = await SceneAsync();
        var devices = scene.Server.Services.GetRequiredService<DeviceAuthorizations>();
        var denied = await StartAsync(scene);
        Assert.True(await devices.DenyAsync((await devices.FindAsync(denied["user_code"]!))!, scene.User.Id));
        (await PollAsync(scene, denied["device_code"])).IsRefused("access_denied", "end-user denied authorization");
        (await PollAsync(scene, "nonsense")).IsRefused("invalid_grant", "expired authorization code");
        (await PollAsync(scene, null)).IsRefused("invalid_request", "code is required.");
        var late = await StartAsync(scene);
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(11));
        (await PollAsync(scene, late["device_code"])).IsRefused("invalid_grant", "expired authorization code");
        var another = await DeviceScene.NewAsync(scene.Server, Public);
        (await PollAsync(another, (await StartAsync(scene))["device_code"])).IsRefused("invalid_grant", "expired authorization code");
    }

    [Fact]
    public async Task The_name_of_an_app_with_a_secret_is_enough_to_begin_and_not_to_end()
    {
        var scene = await SceneAsync(Public with { AuthMethods = [ClientAuthMethod.ClientSecretPost] });
        var started = await StartAsync(scene);
        started.IsAllowed();
        Assert.True(await scene.ApproveAsync(started));
        (await PollAsync(scene, started["device_code"])).IsRefused("invalid_client", "invalid client credentials");
        (await PollAsync(scene, started["device_code"], "wrong")).IsRefused("invalid_client", "invalid client credentials");
        (await PollAsync(scene, started["device_code"], scene.App.Secret)).IsAllowed();
        // A wrong secret is none, also where none is needed.
        (await scene.Server.TokenAsync(TestServer.Outside, ("response_type", "device_code"), ("client_id", scene.App.ClientId), ("client_secret", "wrong")))
            .IsRefused("invalid_client", "invalid client credentials");
    }

    [Fact]
    public async Task What_may_not_begin_is_told_why()
    {
        var scene = await SceneAsync();
        (await scene.Server.TokenAsync(TestServer.Outside, ("response_type", "device_code"), ("client_id", scene.App.ClientId), ("scope", "admin")))
            .IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
        (await scene.Server.TokenAsync(TestServer.Outside, ("response_type", "device_code"), ("client_id", "no-such-app"))).IsRefused("invalid_client_id", "client identifier invalid");
        (await scene.Server.TokenAsync(TestServer.Outside, ("response_type", "device_code"))).IsRefused("invalid_client_id", "client identifier invalid");
        (await scene.Server.TokenAsync(TestServer.Outside, ("response_type", "token"), ("client_id", scene.App.ClientId))).IsRefused("invalid_request", "grant_type is required.");
        var without = await SceneAsync(Public with { Flows = [] });
        (await StartAsync(without)).IsRefused("invalid_grant", "device flow not enabled");
        (await PollAsync(without, "x")).IsRefused("invalid_grant", "device flow not enabled");
    }

    [Fact]
    public async Task The_way_of_the_rfc_is_open_to_it_too()
    {
        var scene = await SceneAsync();
        var started = await scene.StartAsync();
        Assert.Contains('-', started["user_code"]!);
        Assert.True(await scene.ApproveAsync(started));
        (await scene.PollAsync(started["device_code"])).IsAllowed();
    }

    [Fact]
    public async Task A_standard_app_does_not_know_it()
    {
        var scene = await SceneAsync(DeviceScene.PublicDevice);
        (await StartAsync(scene)).IsRefused("invalid_request", "grant_type is required.");
        (await PollAsync(scene, "x")).IsRefused(HttpStatusCode.BadRequest, "unsupported_grant_type");
        var discovery = await scene.Server.SendAsync(new(HttpMethod.Get, "/.well-known/openid-configuration"));
        Assert.DoesNotContain("device", discovery.Json.GetProperty("grant_types_supported").EnumerateArray().Select(type => type.GetString()));
    }

    [Fact]
    public async Task The_codes_come_as_xml_to_who_asks()
    {
        var scene = await SceneAsync();
        var answer = await scene.Server.TokenAsync(TestServer.Outside, ("response_type", "device_code"), ("client_id", scene.App.ClientId), ("format", "xml"));
        Assert.Equal("5", XDocument.Parse(answer.Text).Root!.Element("interval")!.Value);
    }

    static Task<Answer> StartAsync(DeviceScene scene) =>
        scene.Server.TokenAsync(TestServer.Outside, ("response_type", "device_code"), ("client_id", scene.App.ClientId));

    static Task<Answer> PollAsync(DeviceScene scene, string? code, string? secret = null) => scene.Server.TokenAsync(
        TestServer.Outside, ("grant_type", "device"), ("client_id", scene.App.ClientId), ("client_secret", secret), ("code", code));

    static Task<Answer> SendAsync(DeviceScene scene, string way, params (string Name, string? Value)[] form)
    {
        if (way == "form")
            return scene.Server.TokenAsync(TestServer.Outside, form);
        if (way == "query")
            return scene.Server.SendAsync(new(HttpMethod.Post, $"{Token}?{string.Join('&', form.Select(p => $"{p.Name}={p.Value}"))}"));
        var body = new MultipartFormDataContent();
        foreach (var (name, value) in form)
            body.Add(new StringContent(value!), name);
        return scene.Server.SendAsync(new(HttpMethod.Post, Token) { Content = body });
    }

    async Task<DeviceScene> SceneAsync(AppSettings? settings = null) => await DeviceScene.NewAsync(await servers.OnAsync("SQLite"), settings ?? Public);
}
