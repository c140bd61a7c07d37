using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using OAuthServer.Administration.Jobs;
using OAuthServer.Http;

namespace OAuthServer.Features.Setup.People;

/// <summary>What came of reading a form with a file in it.</summary>
public abstract record UploadedFile
{
    private UploadedFile() { }

    /// <summary>The file, to be read as it arrives.</summary>
    public sealed record Arriving(Stream Content) : UploadedFile;

    /// <summary>The form is not this server's, or has grown old.</summary>
    public sealed record Expired : UploadedFile;

    /// <summary>No file is in it, or it cannot be read.</summary>
    public sealed record Missing : UploadedFile;
}

/// <summary>
/// A form whose second part is a file (RFC 7578): the antiforgery token comes first and is checked before a byte of the file is read, and the
/// file is never held as a whole. The page must not let anybody else read the form.
/// </summary>
public sealed class UploadedForm(IAntiforgery antiforgery, IOptions<AntiforgeryOptions> options)
{
    const int LongestToken = 4096;

    public async Task<UploadedFile> ReadAsync(HttpContext http)
    {
        var request = http.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 100 } boundary)
            return new UploadedFile.Missing();
        // A little more than the largest file, so that one that is too large is told so and not cut off.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = JobQueue.LargestUpload + 1024 * 1024;
        try
        {
            var reader = new MultipartReader(boundary.Value!, request.Body) { BodyLengthLimit = JobQueue.LargestUpload + 512 * 1024, HeadersCountLimit = 8, HeadersLengthLimit = 4096 };
            if (await reader.ReadNextSectionAsync(http.RequestAborted) is not { } first || NameOf(first) != options.Value.FormFieldName || await TokenAsync(first, http.RequestAborted) is not { } token)
                return new UploadedFile.Expired();
            request.Headers[options.Value.HeaderName!] = token;
            if (!await antiforgery.IsRequestValidAsync(http))
                return new UploadedFile.Expired();
            return await reader.ReadNextSectionAsync(http.RequestAborted) is { } second && NameOf(second) == "file" ? new UploadedFile.Arriving(second.Body) : new UploadedFile.Missing();
        }
        catch (Exception problem) when (IsUnreadable(problem))
        {
            return new UploadedFile.Missing();
        }
    }

    /// <summary>What a broken or too large body throws while it is read.</summary>
    public static bool IsUnreadable(Exception problem) => problem is BadHttpRequestException || RequestForm.IsUnreadable(problem);

    static string? NameOf(MultipartSection section) =>
        section.GetContentDispositionHeader() is { } disposition ? HeaderUtilities.RemoveQuotes(disposition.Name).Value : null;

    static async Task<string?> TokenAsync(MultipartSection section, CancellationToken cancellation)
    {
        var bytes = new byte[LongestToken];
        var length = await section.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return length < bytes.Length ? System.Text.Encoding.ASCII.GetString(bytes, 0, length).Trim() : null;
    }
}
