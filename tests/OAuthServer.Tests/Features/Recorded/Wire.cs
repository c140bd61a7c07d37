using System.Text;
using System.Text.Json;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Recorded;

/// <summary>Requests as a client of another language puts them on the wire, and its way to read the answer.</summary>
static class Wire
{
    /// <summary>A post of this very text, as it stands.</summary>
    internal static Task<Answer> PostAsync(TestServer server, string path, string? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(server, "POST", path, body, headers);

    internal static Task<Answer> GetAsync(TestServer server, string path, params (string Name, string Value)[] headers) => SendAsync(server, "GET", path, null, headers);

    /// <summary>Go's map of strings: nothing but texts, or it does not decode.</summary>
    internal static Dictionary<string, string> AsMapOfStrings(Answer answer)
    {
        var map = JsonSerializer.Deserialize<Dictionary<string, string>>(answer.Text)!;
        Assert.All(map, pair => Assert.NotNull(pair.Value));
        return map;
    }

    static Task<Answer> SendAsync(TestServer server, string method, string path, string? body, (string Name, string Value)[] headers)
    {
        // The address is taken as it is: what these clients do not escape arrives unescaped.
        var address = new Uri(server.Address.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(method), address) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded") };
        if (request.Content?.Headers.ContentType is { } type)
            type.CharSet = null;
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return server.SendAsync(request, TestServer.Office);
    }
}
