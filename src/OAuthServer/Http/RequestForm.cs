using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace OAuthServer.Http;

/// <summary>
/// The parameters of an OAuth request, read once and strictly: bounded, UTF-8, no NUL, no repeated parameter (RFC 6749 section 3.2),
/// an empty value is no value. Query and form are merged; which of them may carry credentials is the dialect's affair.
/// </summary>
public sealed class RequestForm
{
    /// <summary>The largest body that is read, in bytes; one value may have half of it.</summary>
    public const int Usual = 128 * 1024;

    const int MaxParameters = 64;
    const int MaxName = 128;
    static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    readonly List<KeyValuePair<string, string>> parameters = new(8);

    readonly int most;

    RequestForm(int most) => this.most = most;

    /// <summary>Some parameter came in the query.</summary>
    public bool UsesQuery { get; private set; }

    /// <summary>The body was multipart/form-data.</summary>
    public bool IsMultipart { get; private set; }

    /// <summary>What the RFCs have against the way the parameters came; null when nothing. A query ends in logs (RFC 6749 section 2.3.1).</summary>
    public OAuthError? BodyFlaw =>
        UsesQuery ? OAuthError.InvalidRequest("Send parameters in the body, not in the query string, where logs would keep them.")
        : IsMultipart ? new OAuthError("invalid_request", "Send parameters as application/x-www-form-urlencoded.", 415)
        : null;

    /// <summary>The value; null when absent or empty.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in parameters)
            {
                if (key == name)
                    return value;
            }
            return null;
        }
    }

    /// <summary>Reads query and body.</summary>
    /// <returns>The form, or what is wrong with the request.</returns>
    /// <param name="context">The request.</param>
    /// <param name="most">The largest body that is read, in bytes.</param>
    public static async ValueTask<(RequestForm? Form, OAuthError? Error)> ReadAsync(HttpContext context, int most = Usual)
    {
        try
        {
            var form = new RequestForm(most);
            if (context.Request.QueryString.HasValue)
            {
                form.Parse(Encoding.UTF8.GetBytes(context.Request.QueryString.Value![1..]));
                form.UsesQuery = form.parameters.Count > 0;
            }
            if (HttpMethods.IsPost(context.Request.Method))
                await form.ReadBodyAsync(context);
            return (form, null);
        }
        catch (FormException problem)
        {
            return (null, new("invalid_request", problem.Message, problem.Status));
        }
        catch (BadHttpRequestException problem)
        {
            return (null, new("invalid_request", "The body could not be read.", problem.StatusCode is >= 400 and < 500 ? problem.StatusCode : 400));
        }
        catch (Exception problem) when (IsUnreadable(problem))
        {
            return (null, OAuthError.InvalidRequest("The body could not be read."));
        }
    }

    /// <summary>A body that breaks off or does not decompress; Brotli says InvalidOperationException where gzip says InvalidDataException.</summary>
    public static bool IsUnreadable(Exception problem) => problem is InvalidDataException or IOException or InvalidOperationException { Source: "System.IO.Compression.Brotli" };

    async ValueTask ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength > most)
            throw new FormException($"The body is larger than {most / 1024} kB.", 413);
        var type = context.Request.ContentType;
        var kind = KindOf(type);
        if (kind == BodyKind.Multipart)
        {
            IsMultipart = true;
            await ReadMultipartAsync(context, type!);
            return;
        }
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var buffer = read.Buffer;
            if (!read.IsCompleted && buffer.Length <= most)
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }
            try
            {
                Take(buffer, kind);
            }
            finally
            {
                reader.AdvanceTo(buffer.End); // a reading left open would be logged as an error of ours
            }
            return;
        }
    }

    void Take(ReadOnlySequence<byte> body, BodyKind kind)
    {
        if (body.Length > most)
            throw new FormException($"The body is larger than {most / 1024} kB.", 413);
        if (kind == BodyKind.Other && body.Length > 0)
            throw new FormException("Send parameters as application/x-www-form-urlencoded.", 415);
        if (body.IsSingleSegment)
            Parse(body.FirstSpan);
        else
            Parse(body.ToArray());
    }

    async Task ReadMultipartAsync(HttpContext context, string type)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(type).Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 100)
            throw new FormException("The multipart boundary is missing or too long.");
        var reader = new MultipartReader(boundary, context.Request.Body) { HeadersCountLimit = 8, HeadersLengthLimit = 4096, BodyLengthLimit = most };
        while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
        {
            if (section.GetContentDispositionHeader() is not { } disposition || disposition.IsFileDisposition())
                throw new FormException("Only plain form fields are taken.");
            using var text = new StreamReader(section.Body, StrictUtf8);
            string value;
            try
            {
                value = await text.ReadToEndAsync(context.RequestAborted);
            }
            catch (DecoderFallbackException)
            {
                throw new FormException("A parameter is not UTF-8.");
            }
            Add(HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "", value);
        }
    }

    void Parse(ReadOnlySpan<byte> text)
    {
        foreach (var range in text.Split((byte)'&'))
        {
            var pair = text[range];
            if (pair.IsEmpty)
                continue;
            var equals = pair.IndexOf((byte)'=');
            Add(Decode(equals < 0 ? pair : pair[..equals]), equals < 0 ? "" : Decode(pair[(equals + 1)..]));
        }
    }

    void Add(string name, string value)
    {
        if (name.Length > MaxName || value.Length > most / 2)
            throw new FormException("A parameter is too long.");
        if (name.Contains('\0', StringComparison.Ordinal) || value.Contains('\0', StringComparison.Ordinal))
            throw new FormException("A parameter contains a NUL character.");
        // RFC 6749 section 3.2: a parameter without a value counts as omitted, and none may be repeated.
        if (value.Length == 0)
            return;
        if (this[name] is not null)
            throw new FormException("A parameter is repeated.");
        if (parameters.Count == MaxParameters)
            throw new FormException("There are too many parameters.");
        parameters.Add(new(name, value));
    }

    static string Decode(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny((byte)'%', (byte)'+') < 0)
            return Utf8(text);
        var decoded = ArrayPool<byte>.Shared.Rent(text.Length);
        var length = 0;
        try
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] == '%')
                {
                    if (i + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[i + 1]) || !char.IsAsciiHexDigit((char)text[i + 2]))
                        throw new FormException("A parameter is not percent-encoded correctly.");
                    decoded[length++] = (byte)(Convert.ToInt32(((char)text[i + 1]).ToString() + (char)text[i + 2], 16));
                    i += 2;
                }
                else
                {
                    decoded[length++] = text[i] == '+' ? (byte)' ' : text[i];
                }
            }
            return Utf8(decoded.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded, clearArray: true);
        }
    }

    static string Utf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new FormException("A parameter is not UTF-8.");
        }
    }

    static BodyKind KindOf(string? type)
    {
        if (type is null)
            return BodyKind.Other;
        if (type == "application/x-www-form-urlencoded")
            return BodyKind.Form;
        return MediaTypeHeaderValue.TryParse(type, out var parsed)
            ? parsed.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) && IsUtf8(parsed) ? BodyKind.Form
                : parsed.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) ? BodyKind.Multipart
                : BodyKind.Other
            : BodyKind.Other;
    }

    static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);

    enum BodyKind
    {
        Form,
        Multipart,
        Other,
    }

    sealed class FormException(string message, int status = 400) : Exception(message)
    {
        internal int Status { get; } = status;
    }
}
