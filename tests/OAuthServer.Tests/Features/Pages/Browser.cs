using System.Net;
using System.Text.RegularExpressions;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Pages;

/// <summary>As much of a browser as forms need: it keeps cookies, asks for HTML and reads the token of a form.</summary>
sealed class Browser(TestServer server, string address = TestServer.Outside) : IDisposable
{
    readonly HttpClient client = server.From(address);
    readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal);

    /// <summary>What stands in every Set-Cookie so far, by the cookie's name.</summary>
    public Dictionary<string, string> SetCookies { get; } = new(StringComparer.Ordinal);

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(new(HttpMethod.Get, path), headers);

    /// <summary>Fills in the form of a page and sends it.</summary>
    public async Task<Answer> SubmitAsync(string path, (string Name, string Value)[] fields, params (string Name, string Value)[] headers)
    {
        var token = TokenOf(await GetAsync(path));
        return await PostAsync(path, [.. fields, ("__RequestVerificationToken", token)], headers);
    }

    public Task<Answer> PostAsync(string path, (string Name, string Value)[] fields, params (string Name, string Value)[] headers) =>
        SendAsync(new(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))) }, headers);

    public static string TokenOf(Answer page) =>
        Regex.Match(page.Text, "name=\"__RequestVerificationToken\" type=\"hidden\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["token"].Value;

    public async Task<Answer> SendAsync(HttpRequestMessage request, params (string Name, string Value)[] headers)
    {
        request.Headers.Accept.ParseAdd("text/html");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        using (request)
        using (var response = await client.SendAsync(request, TestContext.Current.CancellationToken))
        {
            foreach (var line in response.Headers.TryGetValues("Set-Cookie", out var lines) ? lines : [])
            {
                var name = line[..line.IndexOf('=', StringComparison.Ordinal)];
                SetCookies[name] = line;
                cookies[name] = line.Split(';')[0][(name.Length + 1)..];
            }
            return await Answer.OfAsync(response);
        }
    }

    public void Dispose() => client.Dispose();
}

static class PageAnswerAssertions
{
    /// <summary>A page, with this status and this in it.</summary>
    internal static void IsPage(this Answer answer, HttpStatusCode status, string text)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal("text/html; charset=utf-8", answer.ContentType);
        Assert.Contains(text, answer.Text, StringComparison.Ordinal);
        HasPageHeaders(answer);
    }

    internal static void HasPageHeaders(this Answer answer)
    {
        var policy = Header(answer, "Content-Security-Policy");
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'; base-uri 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("DENY", Header(answer, "X-Frame-Options"));
        Assert.Equal("same-origin", Header(answer, "Referrer-Policy"));
        Assert.Equal("same-origin", Header(answer, "Cross-Origin-Opener-Policy"));
        Assert.Contains("publickey-credentials-get=(self)", Header(answer, "Permissions-Policy"), StringComparison.Ordinal);
        Assert.Equal("no-store", Header(answer, "Cache-Control"));
    }

    internal static string Header(this Answer answer, string name) => string.Join(", ", answer.Headers.TryGetValues(name, out var values) ? values : []);
}
