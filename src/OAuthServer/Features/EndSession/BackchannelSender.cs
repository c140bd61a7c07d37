using System.Net;

namespace OAuthServer.Features.EndSession;

/// <summary>
/// Posts logout tokens to apps. Where to is registered by administrators alone, https or this machine; no redirect is followed, no
/// proxy or cookie is used, nothing of an answer is read but its status, and ten seconds end it. So an app's address can make this
/// server send a token that is worthless elsewhere, and nothing else.
/// </summary>
public sealed class BackchannelSender : IDisposable
{
    readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        MaxResponseHeadersLength = 16, // kilobytes
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // names may move
    })
    {
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>Delivers one token.</summary>
    /// <returns>Null when the app took it, or why not.</returns>
    public async Task<string?> SendAsync(string uri, string token, CancellationToken cancellation)
    {
        try
        {
            using var content = new FormUrlEncodedContent([new("logout_token", token)]);
            using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = content };
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NoContent ? null : $"The app answered {(int)response.StatusCode}.";
        }
        catch (HttpRequestException problem)
        {
            return $"The app could not be reached: {problem.HttpRequestError}.";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "The app did not answer in time.";
        }
    }

    public void Dispose() => client.Dispose();
}
