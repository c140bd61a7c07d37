using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Federation.Oidc;

/// <summary>
/// An OpenID provider on loopback that is as strict as the specifications with its client, and as wrong in its answers as a test wants it.
/// Its authorization endpoint is a method: nobody is shown a page.
/// </summary>
public sealed class FakeProvider : IAsyncDisposable
{
    public const string ClientId = "our client:id";
    public const string Secret = "s3cret+with/odd=characters:&%";
    public const string Subject = "248289761001";

    readonly WebApplication app;
    readonly TimeProvider clock;
    readonly ConcurrentDictionary<string, Dictionary<string, string>> codes = new(StringComparer.Ordinal);

    FakeProvider(WebApplication app, string issuer, TimeProvider clock)
    {
        (this.app, Issuer, this.clock) = (app, issuer, clock);
        PublishedKeys = [Key.PublicJwk()];
    }

    public string Issuer { get; }

    /// <summary>Signs.</summary>
    public ClientKey Key { get; set; } = new("RS256", "first");

    /// <summary>What the key set shows.</summary>
    public List<JsonObject> PublishedKeys { get; set; }

    /// <summary>Changes what discovery says.</summary>
    public Action<JsonObject>? Discovery { get; set; }

    /// <summary>Changes the claims of ID tokens.</summary>
    public Action<JsonObject>? Claims { get; set; }

    /// <summary>Makes the ID token out of its claims, in the signature's place.</summary>
    public Func<JsonObject, string>? Sign { get; set; }

    /// <summary>Changes the token answer.</summary>
    public Action<JsonObject>? Tokens { get; set; }

    /// <summary>What userinfo says; null = nothing but the subject.</summary>
    public JsonObject? UserInfo { get; set; }

    /// <summary>Changes the parameters that the browser brings back.</summary>
    public Action<Dictionary<string, string?>>? Answer { get; set; }

    /// <summary>Takes the place of the answers under this path.</summary>
    public Dictionary<string, Func<HttpContext, Task>> Instead { get; } = new(StringComparer.Ordinal);

    /// <summary>How clients must prove themselves.</summary>
    public Func<HttpContext, IFormCollection, Task<bool>> IsClient { get; set; } = (context, _) => Task.FromResult(context.Request.Headers.Authorization.ToString() ==
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Encode(ClientId) + ":" + Encode(Secret))));

    /// <summary>Every request, as method and path.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The forms that came to the token endpoint.</summary>
    public ConcurrentQueue<Dictionary<string, string>> Forms { get; } = new();

    public int Fetches(string path) => Requests.Count(request => request == "GET " + path);

    public static async Task<FakeProvider> StartAsync(TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var host = builder.Build();
        var provider = new FakeProvider(host, $"http://127.0.0.1:{FreePort.Next()}", clock);
        host.Urls.Add(provider.Issuer);
        host.Run(provider.HandleAsync);
        await host.StartAsync();
        return provider;
    }

    /// <summary>Makes another key sign.</summary>
    public void Rotate(string keyId, bool publish = true)
    {
        Key = new("RS256", keyId);
        if (publish)
            PublishedKeys = [Key.PublicJwk()];
    }

    /// <summary>The authorization endpoint: somebody signs in there, and the browser goes to the address that this gives.</summary>
    public string Authorize(string url)
    {
        var query = QueryHelpers.ParseQuery(new Uri(url).Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        Assert.StartsWith(Issuer + "/authorize?", url, StringComparison.Ordinal);
        Assert.Equal("code", query["response_type"]);
        Assert.Equal(ClientId, query["client_id"]);
        Assert.Equal("S256", query["code_challenge_method"]);
        Assert.Contains("openid", query["scope"].Split(' '));
        var code = Guid.NewGuid().ToString("N");
        codes[code] = query;
        var answer = new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"], ["iss"] = Issuer };
        Answer?.Invoke(answer);
        return QueryHelpers.AddQueryString(query["redirect_uri"], answer.Where(pair => pair.Value is not null));
    }

    /// <summary>Claims of an ID token that holds.</summary>
    public JsonObject IdTokenClaims(string? nonce = null)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = Subject,
            ["aud"] = ClientId,
            ["iat"] = now,
            ["exp"] = now + 300,
            ["auth_time"] = now,
            ["sid"] = "session-1",
            ["preferred_username"] = "jane@corp.example",
            ["email"] = "jane@corp.example",
            ["email_verified"] = true,
            ["given_name"] = "Jane",
            ["family_name"] = "Doe",
        };
        if (nonce is not null)
            claims["nonce"] = nonce;
        Claims?.Invoke(claims);
        return claims;
    }

    public static string Encode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.Enqueue($"{context.Request.Method} {path}");
        if (Instead.TryGetValue(path, out var instead))
            await instead(context);
        else if (path == "/.well-known/openid-configuration")
            await context.Response.WriteAsJsonAsync(Document());
        else if (path == "/jwks")
            await context.Response.WriteAsJsonAsync(new { keys = PublishedKeys });
        else if (path == "/token")
            await TokenAsync(context);
        else if (path == "/userinfo")
            await UserInfoAsync(context);
        else
            context.Response.StatusCode = 404;
    }

    JsonObject Document()
    {
        var document = new JsonObject
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["userinfo_endpoint"] = Issuer + "/userinfo",
            ["jwks_uri"] = Issuer + "/jwks",
            ["end_session_endpoint"] = Issuer + "/end?tenant=1",
            ["authorization_response_iss_parameter_supported"] = true,
        };
        Discovery?.Invoke(document);
        return document;
    }

    async Task TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        Forms.Enqueue(form.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()));
        if (!await IsClient(context, form))
        {
            await ErrorAsync(context, 401, "invalid_client");
            return;
        }
        if (!codes.TryRemove(form["code"].ToString(), out var asked) || form["redirect_uri"] != asked["redirect_uri"]
            || Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != asked["code_challenge"])
        {
            await ErrorAsync(context, 400, "invalid_grant");
            return;
        }
        var claims = IdTokenClaims(asked["nonce"]);
        var answer = new JsonObject
        {
            ["access_token"] = "access-token",
            ["token_type"] = "Bearer",
            ["id_token"] = Sign is { } sign ? sign(claims) : Key.Sign(claims),
        };
        Tokens?.Invoke(answer);
        await context.Response.WriteAsJsonAsync(answer);
    }

    async Task UserInfoAsync(HttpContext context)
    {
        context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer access-token" ? 200 : 401;
        await context.Response.WriteAsJsonAsync(UserInfo ?? new JsonObject { ["sub"] = Subject });
    }

    static Task ErrorAsync(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error, error_description = "<script>alert(1)</script>" });
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
