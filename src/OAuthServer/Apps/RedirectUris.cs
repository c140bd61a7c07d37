using System.Globalization;

namespace OAuthServer.Apps;

/// <summary>
/// Where an app's answers may go: the very strings that are registered, character by character, nothing decoded, completed or
/// shortened (RFC 9700 section 4.1.3). Only the port of a loopback address is free, and only for a public app, which cannot know it
/// before it listens (RFC 8252 section 7.3). The name <c>localhost</c> is a name like any other.
/// </summary>
public static class RedirectUris
{
    static readonly string[] Loopbacks = ["http://127.0.0.1", "http://[::1]"];

    /// <summary>True when the app has registered it.</summary>
    public static bool IsRegistered(AppSettings app, string uri) =>
        app.RedirectUris.Contains(uri, StringComparer.Ordinal)
        || app.IsPublic && WithoutPort(uri) is { } bare && app.RedirectUris.Any(registered => WithoutPort(registered) == bare);

    /// <summary>
    /// True where only the app can receive what is sent there: https, or this person's own machine. A scheme of an app's own may be claimed by any
    /// other app on the device (RFC 8252 section 8.6). Clients of the salesforce dialect listen at <c>localhost</c>, which browsers take for this
    /// machine whatever a name server says (W3C Secure Contexts section 5.2).
    /// </summary>
    public static bool IsAssured(AppSettings app, string uri) =>
        uri.StartsWith("https://", StringComparison.Ordinal) || IsLoopback(uri) || app.Dialect == Dialect.Salesforce && IsLocalhost(uri);

    /// <summary>True for http to an address literal of this machine.</summary>
    public static bool IsLoopback(string uri) => WithoutPort(uri) is not null;

    static bool IsLocalhost(string uri) => uri.StartsWith("http://localhost:", StringComparison.Ordinal) || uri.StartsWith("http://localhost/", StringComparison.Ordinal);

    /// <summary>A loopback URI without its port; null for anything else, such as one with a user before an at sign.</summary>
    static string? WithoutPort(string uri)
    {
        foreach (var loopback in Loopbacks)
        {
            if (!uri.StartsWith(loopback, StringComparison.Ordinal))
                continue;
            var rest = uri.AsSpan(loopback.Length);
            if (rest is [':', ..])
            {
                var digits = rest[1..].IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : rest.Length - 1;
                if (digits is 0 or > 5 || int.Parse(rest.Slice(1, digits), NumberStyles.None, CultureInfo.InvariantCulture) > ushort.MaxValue)
                    return null;
                rest = rest[(digits + 1)..];
            }
            return rest is [] or ['/' or '?', ..] ? loopback + rest.ToString() : null;
        }
        return null;
    }
}
