using System.Buffers;
using System.Globalization;
using System.Text.Json;
using OAuthServer.Apps;
using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>Answers of the OAuth endpoints as JSON: never cached (RFC 6749 section 5.1), and errors in the words of the app's dialect.</summary>
public static class OAuthAnswer
{
    /// <summary>The response header that carries the reference of a login record on every door.</summary>
    public const string ReferenceHeader = "Login-Reference";

    static readonly JsonWriterOptions Unvalidated = new() { SkipValidation = true };

    public static async Task JsonAsync<TState>(HttpContext context, int status, TState state, Action<Utf8JsonWriter, TState> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Unvalidated))
        {
            json.WriteStartObject();
            members(json, state);
            json.WriteEndObject();
        }
        Begin(context, status, "application/json;charset=UTF-8");
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory);
    }

    /// <summary>Status, type, and the headers that keep answers out of caches.</summary>
    public static void Begin(HttpContext context, int status, string contentType)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers.Pragma = "no-cache";
    }

    /// <summary>An error. In the salesforce dialect every status is 400, because its clients read no body otherwise.</summary>
    public static Task ErrorAsync(HttpContext context, OAuthError error, Dialect dialect = Dialect.Standard, bool usedHeader = false)
    {
        if (error.Reference is { } reference)
            context.Response.Headers[ReferenceHeader] = reference;
        if (error.RetryAfterSeconds > 0)
            context.Response.Headers.RetryAfter = error.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        if (dialect == Dialect.Salesforce)
            return WriteAsync(context, 400, (error.InSalesforceWords ?? error).Error, (error.InSalesforceWords ?? error).Description);
        if (error.Status == 401)
            context.Response.Headers.WWWAuthenticate = usedHeader || error.Error == "invalid_client" ? "Basic realm=\"oauth\", charset=\"UTF-8\"" : "Bearer";
        return WriteAsync(context, error.Status, error.Error, error.Reference is null ? error.Description : $"{error.Description} (reference {error.Reference})");
    }

    static Task WriteAsync(HttpContext context, int status, string error, string description) =>
        JsonAsync(context, status, (error, description), static (json, state) =>
        {
            json.WriteString("error"u8, state.error);
            json.WriteString("error_description"u8, state.description);
        });

    /// <summary>For a network or app with too many refusals behind it.</summary>
    public static OAuthError TooMany(int retryAfterSeconds) =>
        new("temporarily_unavailable", "Too many refused logins from this network or app; wait before the next attempt.", 429)
        {
            RetryAfterSeconds = retryAfterSeconds,
            InSalesforceWords = new("rate_limit_exceeded", "too many logins"),
        };

    /// <summary>The answer to a method that an endpoint does not have.</summary>
    public static Task WrongMethodAsync(HttpContext context, string allow)
    {
        context.Response.Headers.Allow = allow;
        return ErrorAsync(context, new("invalid_request", $"Use {allow} here.", 405));
    }
}
