namespace OAuthServer.Login.History;

/// <summary>Browser and platform of a user agent as login histories write them: <c>Chrome 120</c>, <c>Windows 10</c>. What it claims, and no more.</summary>
static class UserAgentWords
{
    internal const string Unknown = "Unknown";
    const int Most = 60;

    // Each calls itself by the names of all that came before it: the latest first. The version stands behind the sign, for Safari elsewhere.
    static readonly (string Sign, string Name, string Version)[] Browsers =
    [
        ("Edg/", "Edge", "Edg/"), ("OPR/", "Opera", "OPR/"), ("SamsungBrowser/", "Samsung Internet", "SamsungBrowser/"), ("Firefox/", "Firefox", "Firefox/"), ("FxiOS/", "Firefox", "FxiOS/"),
        ("CriOS/", "Chrome", "CriOS/"), ("Chrome/", "Chrome", "Chrome/"), ("Safari/", "Safari", "Version/"),
    ];

    static readonly (string Sign, string Name)[] Platforms =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows NT 10.0", "Windows 10"), ("Windows NT 6.3", "Windows 8.1"), ("Windows NT 6.1", "Windows 7"), ("Windows", "Windows"),
        ("Mac OS X", "Mac OSX"), ("Macintosh", "Mac OSX"), ("Darwin", "Mac OSX"), ("CrOS", "Chrome OS"), ("Linux", "Linux"),
    ];

    /// <summary>The browser with its main version; of a program what it begins with, such as <c>python-requests/2.31.0</c>.</summary>
    internal static string BrowserOf(string? agent)
    {
        if (string.IsNullOrWhiteSpace(agent))
            return Unknown;
        var (_, name, version) = Array.Find(Browsers, browser => agent.Contains(browser.Sign, StringComparison.Ordinal));
        if (name is not null)
            return NumberAfter(agent, version) is { Length: > 0 } number ? $"{name} {number}" : name;
        var product = agent.Split(' ', 2)[0];
        return product.Length <= Most ? product : product[..Most];
    }

    internal static string PlatformOf(string? agent) =>
        agent is null ? Unknown : Array.Find(Platforms, platform => agent.Contains(platform.Sign, StringComparison.Ordinal)).Name ?? Unknown;

    static string NumberAfter(string agent, string sign)
    {
        var at = agent.IndexOf(sign, StringComparison.Ordinal);
        return at < 0 ? "" : string.Concat(agent.Skip(at + sign.Length).TakeWhile(char.IsAsciiDigit).Take(5));
    }
}
