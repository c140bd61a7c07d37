using Microsoft.Extensions.Primitives;

namespace OAuthServer.Http;

/// <summary>What the Authorization header holds of a bearer token (RFC 6750 section 2.1).</summary>
public abstract record BearerCredentials
{
    private BearerCredentials() { }

    /// <summary>What was presented as a token, of a token's form or not: for doors that have one answer to all that is no live token.</summary>
    public virtual string? Presented => null;

    /// <summary>Without the value, which must not reach a log.</summary>
    public sealed override string ToString() => GetType().Name;

    /// <summary>Nothing of this scheme.</summary>
    public sealed record Missing : BearerCredentials;

    /// <summary>Of this scheme, but nothing of a token's form, or several headers.</summary>
    public sealed record Malformed(string? Text) : BearerCredentials
    {
        /// <inheritdoc />
        public override string? Presented => Text;
    }

    /// <summary>Something of a token's form.</summary>
    public sealed record Token(string Value) : BearerCredentials
    {
        /// <inheritdoc />
        public override string? Presented => Value;
    }

    /// <summary>Reads the header.</summary>
    /// <param name="header">All of its values.</param>
    /// <param name="orOAuth">Also takes the scheme <c>OAuth</c>, which is what clients of the salesforce dialect may call it.</param>
    public static BearerCredentials Parse(StringValues header, bool orOAuth = false)
    {
        if (header.Count == 0)
            return new Missing();
        if (header.Count > 1)
            return new Malformed(null);
        var text = header.ToString();
        var scheme = text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end ? end : text.Length);
        // RFC 9110 section 11.1: schemes ignore case.
        if (!scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && !(orOAuth && scheme.Equals("OAuth", StringComparison.OrdinalIgnoreCase)))
            return new Missing();
        var token = text[scheme.Length..].Trim(' ');
        return IsToken(token) ? new Token(token) : new Malformed(token.Length == 0 ? null : token);
    }

    /// <summary>b64token of RFC 6750 section 2.1, and the exclamation mark of this server's opaque tokens.</summary>
    static bool IsToken(string text)
    {
        var body = text.AsSpan().TrimEnd('=');
        return body.Length > 0 && !body.ContainsAnyExcept(TokenCharacters);
    }

    static readonly System.Buffers.SearchValues<char> TokenCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/!");
}
