namespace OAuthServer.Http;

/// <summary>The bearer token of a request's Authorization header (RFC 6750 section 2.1).</summary>
public static class BearerToken
{
    /// <summary>The token; null when the header is absent or of another scheme. <c>OAuth</c> is what the sign-in model's clients also call it.</summary>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value)
            return null;
        foreach (var scheme in Schemes)
        {
            if (value.Length > scheme.Length && value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                return value[scheme.Length..].Trim();
        }
        return null;
    }

    static readonly string[] Schemes = ["Bearer ", "OAuth "];
}
