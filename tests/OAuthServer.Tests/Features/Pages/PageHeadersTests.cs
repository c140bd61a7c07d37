using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Tests.Features.Pages;

public sealed class PageHeadersTests
{
    [Theory]
    [InlineData("https://app.example/callback?a=1", "form-action 'self' https://app.example")]
    [InlineData("http://127.0.0.1:4711/", "form-action 'self' http://127.0.0.1:4711")]
    [InlineData("http://[::1]:4711/", "form-action 'self' http:")]
    [InlineData("com.example.app:/done", "form-action 'self' com.example.app:")]
    public async Task A_form_that_leads_to_an_app_names_it(string redirectUri, string expected) =>
        Assert.EndsWith("; " + expected, (await WriteAsync("http://localhost", context => PageHeaders.AllowFormAction(context, new(redirectUri)))).ContentSecurityPolicy.ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task A_form_whose_way_cannot_be_foreseen_is_not_bound()
    {
        var policy = (await WriteAsync("http://localhost", PageHeaders.AllowAnyFormAction)).ContentSecurityPolicy.ToString();
        Assert.DoesNotContain("form-action", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_in_the_page_are_allowed_only_where_asked_for()
    {
        Assert.Contains("img-src 'self' data:;", (await WriteAsync("http://localhost", PageHeaders.AllowDataImages)).ContentSecurityPolicy + ";", StringComparison.Ordinal);
        Assert.DoesNotContain("data:", (await WriteAsync("http://localhost", _ => { })).ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Browsers_are_told_to_stay_with_https_where_the_public_url_is_https()
    {
        Assert.Equal("max-age=31536000", (await WriteAsync("https://login.example", _ => { })).StrictTransportSecurity);
        Assert.Empty((await WriteAsync("http://localhost", _ => { })).StrictTransportSecurity.ToString());
    }

    static async Task<IHeaderDictionary> WriteAsync(string publicUrl, Action<HttpContext> widen)
    {
        var response = new BeginningResponse();
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddSingleton(new ServerCookies(new(publicUrl))).BuildServiceProvider() };
        context.Features.Set<IHttpResponseFeature>(response);
        PageHeaders.Begin(context);
        PageHeaders.Begin(context);
        widen(context);
        await response.BeginAsync();
        return response.Headers;
    }

    /// <summary>The framework's stand-in forgets what is to be done when an answer begins.</summary>
    sealed class BeginningResponse : HttpResponseFeature
    {
        readonly Stack<Func<Task>> waiting = new();

        public override void OnStarting(Func<object, Task> callback, object state) => waiting.Push(() => callback(state));

        public async Task BeginAsync()
        {
            while (waiting.TryPop(out var next))
                await next();
        }
    }
}
