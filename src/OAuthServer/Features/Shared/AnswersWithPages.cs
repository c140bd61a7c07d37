namespace OAuthServer.Features.Shared;

/// <summary>
/// Marks a door whose caller is a person at a browser: Razor Pages have it, and another endpoint takes it with <c>WithMetadata</c>. Its
/// answers have the <see cref="PageHeaders"/> and a language, and what goes wrong behind it is told on a page and not as JSON.
/// </summary>
public sealed class AnswersWithPages
{
    /// <summary>The one mark.</summary>
    public static AnswersWithPages Mark { get; } = new();

    /// <summary>True when the request is at such a door, or at none and a browser asks.</summary>
    public static bool IsFor(HttpContext context) => context.GetEndpoint() is { } endpoint
        ? endpoint.Metadata.GetMetadata<AnswersWithPages>() is not null
        : IsBrowser(context.Request);

    /// <summary>A person who follows a link: programs do not ask for HTML by name.</summary>
    static bool IsBrowser(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
