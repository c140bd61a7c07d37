namespace OAuthServer.Features.Shared;

/// <summary>What a browser calls itself, in words its owner recognises: <c>Firefox, Windows</c>. A guess, and only for reading.</summary>
static class BrowserWords
{
    const int Most = 60;

    // Each calls itself by the names of all that came before it: the latest first.
    static readonly (string Sign, string Name)[] Browsers =
    [
        ("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
        ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    static readonly (string Sign, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ];

    /// <summary>Null when it said nothing.</summary>
    internal static string? Of(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent))
            return null;
        var browser = NameIn(Browsers, userAgent);
        if (browser is null)
            return userAgent.Length <= Most ? userAgent : userAgent[..Most] + "…";
        return NameIn(Systems, userAgent) is { } system ? $"{browser}, {system}" : browser;
    }

    static string? NameIn((string Sign, string Name)[] known, string userAgent) =>
        Array.Find(known, pair => userAgent.Contains(pair.Sign, StringComparison.Ordinal)).Name;
}
