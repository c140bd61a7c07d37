using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>Which of the scopes that were asked for are granted (RFC 6749 section 3.3).</summary>
public static class Scopes
{
    /// <summary>None asked: all that are allowed. One that is not allowed: an error, not a silent shrinking.</summary>
    public static (string? Scope, OAuthError? Error) Resolve(string? asked, IEnumerable<string> allowed)
    {
        if (asked is null)
            return (string.Join(' ', allowed), null);
        var words = asked.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToList();
        var known = allowed.ToHashSet(StringComparer.Ordinal);
        return words.Count > 0 && words.TrueForAll(known.Contains)
            ? (string.Join(' ', words), null)
            : (null, OAuthError.InvalidScope("A requested scope is malformed or not among those this app may have."));
    }
}
