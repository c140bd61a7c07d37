using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>A request's JSON, or the problem with it. Read by hand, after the caller is known: bounded, and strict about what it holds.</summary>
/// <param name="Value">What was sent; null when there is a problem.</param>
/// <param name="Problem">What to answer then.</param>
sealed record JsonBody<T>(T? Value, IResult? Problem)
    where T : class
{
    /// <param name="http">The request.</param>
    /// <param name="whenEmpty">What no body at all means; null = a body is demanded.</param>
    internal static async Task<JsonBody<T>> ReadAsync(HttpContext http, T? whenEmpty = null)
    {
        var buffer = new byte[JsonBodies.MaxBytes + 1];
        int length;
        try
        {
            length = await http.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, http.RequestAborted);
        }
        catch (Exception problem) when (RequestForm.IsUnreadable(problem))
        {
            return new(null, Problems.Of(400, "body-unreadable", "The body cannot be read.", "Nothing was changed. It broke off, or is not compressed as it says."));
        }
        if (length > JsonBodies.MaxBytes)
        {
            return new(null, Problems.Of(
                413, "body-too-large", "The body is too large.", $"Nothing was changed. Send at most {JsonBodies.MaxBytes} bytes."));
        }
        if (length == 0 && whenEmpty is not null)
            return new(whenEmpty, null);
        if (!http.Request.HasJsonContentType())
            return new(null, Problems.Of(415, "not-json", "The body is not JSON.", "Nothing was changed. Send Content-Type: application/json."));
        try
        {
            if (JsonSerializer.Deserialize<T>(buffer.AsSpan(0, length), JsonBodies.Options) is { } value)
                return new(value, null);
        }
        catch (JsonException) // says where and quotes names; a body of credentials is not quoted
        {
        }
        return new(null, Problems.Of(
            400, "body-unreadable", "The body cannot be read.",
            $"Nothing was changed. Send one JSON object with these members, each once and nothing else: {string.Join(", ", Members())}."));
    }

    static IEnumerable<string> Members() => typeof(T).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
}

/// <summary>How JSON is read and written here.</summary>
static class JsonBodies
{
    internal const int MaxBytes = 16 * 1024;

    /// <summary>Unknown and repeated members, other case, missing members and nulls where none belong are errors.</summary>
    internal static JsonSerializerOptions Options { get; } = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        MaxDepth = 4,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    static readonly JsonSerializerOptions Answers = new(Options) { MaxDepth = 16 };

    internal static IResult Answer<T>(T value, int status = 200) => Results.Json(value, Answers, statusCode: status);
}
