using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OAuthServer.Tests.Support;

/// <summary>Somebody else's web server with one address, on this machine.</summary>
sealed class Loopback : IAsyncDisposable
{
    readonly WebApplication app;
    int requests;

    Loopback(WebApplication app, string url) => (this.app, Url) = (app, url);

    internal string Url { get; }

    /// <summary>How many came.</summary>
    internal int Requests => requests;

    internal static async Task<Loopback> StartAsync(Func<HttpContext, Task> answer)
    {
        var origin = $"http://127.0.0.1:{FreePort.Next()}";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        var host = new Loopback(server, origin + "/here");
        server.Urls.Add(origin);
        server.Map("/here", context =>
        {
            Interlocked.Increment(ref host.requests);
            return answer(context);
        });
        await server.StartAsync();
        return host;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
