using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

/// <summary>An app's own web server: where answers of the authorization endpoint arrive.</summary>
sealed class Callback : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ConcurrentQueue<IReadOnlyDictionary<string, string>> answers = new();

    Callback(WebApplication app, string uri) => (this.app, Uri) = (app, uri);

    /// <summary>The redirect URI.</summary>
    internal string Uri { get; }

    /// <summary>What arrived last.</summary>
    internal IReadOnlyDictionary<string, string> Answer => answers.Last();

    internal static async Task<Callback> StartAsync()
    {
        var origin = $"http://127.0.0.1:{FreePort.Next()}";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        var callback = new Callback(server, origin + "/callback");
        server.Urls.Add(origin);
        server.Map("/callback", async context =>
        {
            var sent = context.Request.HasFormContentType
                ? (await context.Request.ReadFormAsync()).ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal)
                : context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
            callback.answers.Enqueue(sent);
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<!doctype html><html lang=\"en\"><title>The app</title><h1>Back at the app</h1></html>");
        });
        await server.StartAsync();
        return callback;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
