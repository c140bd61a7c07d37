using System.Net.Http.Headers;
using System.Text;
using Microsoft.IdentityModel.Protocols;

namespace OAuthServer.Federation;

/// <summary>What a provider answered over HTTP.</summary>
/// <param name="Status">The status; 0 when there was none.</param>
/// <param name="MediaType">In lower case, without parameters.</param>
/// <param name="Text">The body.</param>
/// <param name="Problem">Why there is no answer, for the log and for administrators; null when there is one.</param>
public sealed record ProviderReply(int Status, string MediaType, string Text, string? Problem = null)
{
    /// <summary>True for a body that says to be JSON.</summary>
    public bool IsJson => Problem is null && (MediaType == "application/json" || MediaType.EndsWith("+json", StringComparison.Ordinal));

    /// <summary>Without the body, which may hold tokens.</summary>
    public override string ToString() => $"{Status} {MediaType}";
}

/// <summary>
/// The way to providers, of both protocols. Their addresses were written by administrators, or by a provider of itself; so no redirect is followed,
/// no proxy or cookie is used, five seconds end it, and no more of an answer is read than an honest one has. One that hangs holds its
/// own connections and nobody else's.
/// </summary>
public sealed class ProviderHttp : IDocumentRetriever, IDisposable
{
    /// <summary>Of discovery documents, key sets and SAML metadata, in bytes.</summary>
    public const int MostOfDocument = 2 * 1024 * 1024;

    /// <summary>Of token and userinfo answers, in bytes.</summary>
    public const int MostOfAnswer = 256 * 1024;

    /// <summary>For one request, from the first byte to the last.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = Limit,
        MaxConnectionsPerServer = 50,
        MaxResponseHeadersLength = 32, // kilobytes
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // names may move
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Sends, and reads at most so many bytes. Whatever a provider does, there is an answer in time and no exception.</summary>
    public async Task<ProviderReply> SendAsync(HttpRequestMessage request, int most, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            if (request.Headers.Accept.Count == 0)
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return await ReadAsync(response, most, limit.Token);
        }
        catch (HttpRequestException problem)
        {
            return Failed($"It could not be reached: {problem.HttpRequestError}.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed($"It did not answer within {Limit.TotalSeconds:0} seconds.");
        }
        catch (IOException)
        {
            return Failed("Its answer broke off.");
        }
        catch (DecoderFallbackException)
        {
            return Failed("Its answer is not UTF-8.");
        }
    }

    /// <summary>A discovery document or a key set.</summary>
    /// <exception cref="IOException">There is none; the message says why, without the answer.</exception>
    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var reply = await SendAsync(request, MostOfDocument, cancel);
        return reply.Problem is { } problem ? throw new IOException($"{address}: {problem}")
            : reply.Status != 200 ? throw new IOException($"{address}: it answered {reply.Status}.")
            : reply.IsJson ? reply.Text
            : throw new IOException($"{address}: the answer is not JSON.");
    }

    static async Task<ProviderReply> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > most)
            return Failed("Its answer is larger than any honest one.");
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        using var read = new MemoryStream();
        var buffer = new byte[8192];
        for (int count; (count = await body.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (read.Length + count > most)
                return Failed("Its answer is larger than any honest one.");
            read.Write(buffer, 0, count);
        }
        return new((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant() ?? "", StrictUtf8.GetString(read.GetBuffer(), 0, (int)read.Length));
    }

    static ProviderReply Failed(string problem) => new(0, "", "", problem);

    public void Dispose() => client.Dispose();
}
