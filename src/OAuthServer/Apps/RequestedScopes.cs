namespace OAuthServer.Apps;

/// <summary>What an authorization request asks for.</summary>
public static class RequestedScopes
{
    const int Most = 100;

    /// <summary>
    /// Of the scopes that are asked for, those that the app may have: what a server does not understand it leaves out (OpenID Connect
    /// Core 1.0, section 3.1.2.1), and the token answer says what was granted (RFC 6749 section 3.3). None asked: all. Null when nothing
    /// is left, or when openid would be left out, without which the app gets another answer than it waits for.
    /// </summary>
    public static IReadOnlyList<string>? Of(string? asked, AppEntry app)
    {
        var allowed = app.Settings.Scopes;
        if (asked is null)
            return allowed.Count > 0 ? allowed : null;
        var words = asked.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToList();
        var left = words.Intersect(allowed, StringComparer.Ordinal).ToList();
        return left.Count == 0 || words.Count > Most || words.Exists(IsMalformed) || words.Contains("openid") && !left.Contains("openid") ? null : left;
    }

    static bool IsMalformed(string scope) => scope.AsSpan().ContainsAnyExceptInRange('!', '~') || scope.AsSpan().ContainsAny('"', '\\');
}
