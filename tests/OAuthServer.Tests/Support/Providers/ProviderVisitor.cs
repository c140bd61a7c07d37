using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace OAuthServer.Tests.Support.Providers;

/// <summary>A person at a provider, without a browser: keeps cookies, follows redirects as long as they stay there, fills in its forms.</summary>
/// <param name="provider">The provider's address: <see cref="SimpleSaml.Url"/> or <see cref="OidcProvider.Issuer"/>.</param>
public sealed class ProviderVisitor(string provider) : IDisposable
{
    readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>Goes to an address of the provider and on until a page stands still or the way leads out.</summary>
    public Task<Visit> GoAsync(string url) => SendAsync(() => new(HttpMethod.Get, url), new(url));

    /// <summary>Goes there and signs in where the provider asks for it.</summary>
    public async Task<Visit> SignInAsync(string url, string username, string password)
    {
        var page = await GoAsync(url);
        return page.Fields.ContainsKey("password") ? await SubmitAsync(page, ("username", username), ("password", password)) : page;
    }

    /// <summary>Sends the form of a page with what is typed or pressed.</summary>
    public Task<Visit> SubmitAsync(Visit page, params (string Name, string Value)[] typed)
    {
        var fields = new Dictionary<string, string>(page.Fields, StringComparer.Ordinal);
        foreach (var (name, value) in typed)
            fields[name] = value;
        return SendAsync(() => new(HttpMethod.Post, page.Action) { Content = new FormUrlEncodedContent(fields) }, page.Action);
    }

    async Task<Visit> SendAsync(Func<HttpRequestMessage> first, Uri url)
    {
        using var request = first();
        var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        while (answer.Headers.Location is { } location)
        {
            url = new Uri(url, location);
            answer.Dispose();
            if (url.GetLeftPart(UriPartial.Authority) != provider)
                return new(url, HttpStatusCode.Found, "");
            answer = await client.GetAsync(url, TestContext.Current.CancellationToken);
        }
        using (answer)
            return new(url, answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => client.Dispose();
}

/// <summary>Where a person has come to: a page of the provider, or the address elsewhere that it sends the browser to.</summary>
/// <param name="Url">The address, with what it carries.</param>
/// <param name="Status">Found when it is elsewhere.</param>
/// <param name="Html">The page; empty when it is elsewhere.</param>
public sealed record Visit(Uri Url, HttpStatusCode Status, string Html)
{
    /// <summary>Where the form of the page goes.</summary>
    public Uri Action => new(Url, Match(Html, "<form[^>]*?\\saction=\"([^\"]*)\"") is { Length: > 0 } action ? action : Url.AbsoluteUri);

    /// <summary>The named fields of the form, with their values.</summary>
    public IReadOnlyDictionary<string, string> Fields => Regex.Matches(Html, "<input\\b[^>]*>", RegexOptions.None, TimeSpan.FromSeconds(1))
        .Select(input => (Name: Match(input.Value, "\\sname=\"([^\"]*)\""), Value: Match(input.Value, "\\svalue=\"([^\"]*)\"")))
        .Where(one => one.Name.Length > 0)
        .ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal);

    /// <summary>A field of the form, or a parameter of the address; null when there is none.</summary>
    public string? this[string name] => Fields.TryGetValue(name, out var value) ? value
        : QueryHelpers.ParseQuery(Url.Query).TryGetValue(name, out var values) ? values.ToString() : null;

    static string Match(string text, string pattern) =>
        WebUtility.HtmlDecode(Regex.Match(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value);
}
