using Microsoft.Extensions.Primitives;

namespace OAuthServer.Features.SelfService;

/// <summary>What the Authorization header holds (RFC 6750 section 2.1).</summary>
public abstract record BearerCredentials
{
    private BearerCredentials() { }

    /// <summary>Nothing of this scheme.</summary>
    public sealed record Missing : BearerCredentials;

    /// <summary>Of this scheme, but no token, or several headers.</summary>
    public sealed record Malformed : BearerCredentials;

    /// <summary>Something of a token's form.</summary>
    public sealed record Token(string Value) : BearerCredentials
    {
        /// <summary>Without the value, which must not reach a log.</summary>
        public override string ToString() => nameof(Token);
    }

    public static BearerCredentials Parse(StringValues header)
    {
        if (header.Count == 0)
            return new Missing();
        if (header.Count > 1)
            return new Malformed();
        var text = header.ToString();
        var scheme = text.Split(' ', 2)[0];
        if (!scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) // RFC 9110 section 11.1: schemes ignore case
            return new Missing();
        var token = text[scheme.Length..].TrimStart(' ');
        return IsToken(token) ? new Token(token) : new Malformed();
    }

    /// <summary>b64token of RFC 6750 section 2.1, and the exclamation mark of this server's opaque tokens.</summary>
    static bool IsToken(string text)
    {
        var body = text.TrimEnd('=');
        return body.Length > 0 && body.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '+' or '/' or '!');
    }
}
