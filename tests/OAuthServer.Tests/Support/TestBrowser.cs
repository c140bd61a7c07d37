using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Tests.Support;

/// <summary>A browser without a screen: keeps cookies, follows nothing by itself, sends forms with the token that their page holds.</summary>
public sealed class TestBrowser(TestServer server, string from = TestServer.Outside)
{
    readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal);

    /// <summary>The cookies as they are, to be copied or stolen.</summary>
    public IDictionary<string, string> Cookies => cookies;

    public Task<Page> GetAsync(string path) => SendAsync(new(HttpMethod.Get, path));

    /// <summary>Posts a form as the page that holds it would.</summary>
    /// <param name="page">The page, with its antiforgery token.</param>
    /// <param name="path">Where the form goes; null = where the page came from.</param>
    /// <param name="fields">What is typed.</param>
    public Task<Page> PostAsync(Page page, string? path, params (string Name, string Value)[] fields)
    {
        var form = fields.Select(field => KeyValuePair.Create(field.Name, field.Value)).ToList();
        if (page.AntiforgeryToken is { } token)
            form.Add(new("__RequestVerificationToken", token));
        return SendAsync(new(HttpMethod.Post, path ?? page.Path) { Content = new FormUrlEncodedContent(form) });
    }

    /// <summary>Follows redirects as long as they stay at this server.</summary>
    public async Task<Page> FollowAsync(Page page)
    {
        for (var i = 0; i < 10 && page.LocalLocation is { } local; i++)
            page = await GetAsync(local);
        return page;
    }

    public async Task<Page> SendAsync(HttpRequestMessage request)
    {
        using var client = server.From(from);
        if (cookies.Count > 0)
            request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        using (request)
        using (var response = await client.SendAsync(request))
        {
            foreach (var line in response.Headers.TryGetValues("Set-Cookie", out var lines) ? lines : [])
                Keep(line);
            return new(request.RequestUri!.OriginalString, response.StatusCode, response.Headers.Location?.OriginalString,
                await response.Content.ReadAsStringAsync(), response.Headers, server.PublicUrl);
        }
    }

    /// <summary>Signs in without the pages, as if the gate had just allowed it.</summary>
    public async Task<BrowserSession> SignInAsync(
        TestUser user, Proof proven = Proof.Password, LoginChannel channel = LoginChannel.Browser, string? answeredRequestId = null)
    {
        var account = (await server.Services.GetRequiredService<UserAccounts>().FindByIdAsync(user.Id))!;
        var directory = (await server.Services.GetRequiredService<OrgDirectory>().CurrentAsync()).Rows;
        var context = new DefaultHttpContext { RequestServices = server.Services };
        context.Connection.RemoteIpAddress = IPAddress.Parse(from);
        context.Request.Headers.Cookie = string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
        var browser = (await server.Services.GetRequiredService<BrowserSessions>().StartAsync(
            context,
            new LoginOutcome.SignedIn(
                account, directory.Orgs[account.OrgId], directory.Profiles[account.ProfileId], new Assurance(proven, null), server.Clock.GetUtcNow(), "-"),
            channel, answeredRequestId))!;
        foreach (var line in context.Response.Headers.SetCookie)
            Keep(line!);
        return browser.Session;
    }

    void Keep(string setCookie)
    {
        var pair = setCookie.Split(';')[0].Split('=', 2);
        if (pair[1].Length == 0 || setCookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.Ordinal))
            cookies.Remove(pair[0]);
        else
            cookies[pair[0]] = pair[1];
    }
}

/// <summary>What a browser was answered.</summary>
public sealed partial record Page(
    string Path, HttpStatusCode Status, string? Location, string Html, System.Net.Http.Headers.HttpResponseHeaders Headers, string PublicUrl)
{
    public string? AntiforgeryToken =>
        TokenField().Match(Html) is { Success: true } match ? WebUtility.HtmlDecode(match.Groups["token"].Value) : null;

    /// <summary>The redirect's target as a path of this server; null when it leads elsewhere.</summary>
    public string? LocalLocation =>
        Location is null ? null
        : Location.StartsWith('/') ? Location
        : Location.StartsWith(PublicUrl + "/", StringComparison.Ordinal) ? Location[PublicUrl.Length..]
        : null;

    /// <summary>A parameter of the redirect's query or fragment.</summary>
    public string? Parameter(string name)
    {
        var at = Location?.IndexOfAny(['?', '#']) ?? -1;
        return at < 0 ? null
            : Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(Location![(at + 1)..]).TryGetValue(name, out var value) ? value.ToString() : null;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TokenField();
}
