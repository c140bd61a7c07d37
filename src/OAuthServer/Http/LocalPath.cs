namespace OAuthServer.Http;

/// <summary>
/// Where a page may lead on to: a path of this server and nothing else (ASVS 5.0 section 3.7.2). Every return parameter goes through
/// here. Paths are without the public URL's own path, as routes are.
/// </summary>
public static class LocalPath
{
    /// <summary>The longest that is heeded.</summary>
    public const int MostCharacters = 2_000;

    /// <summary>The text when it is a local path, else null.</summary>
    public static string? Of(string? text) =>
        text is { Length: > 0 and <= MostCharacters } && text.All(c => c is > ' ' and <= '~') && IsLocal(text) && IsLocal(Decoded(text)) ? text : null;

    // A header holds ASCII; whoever means more encodes it (RFC 3986 section 2.5).
    // Browsers take a backslash for a slash, and leave out tabs and line breaks: "/\t/evil" is "//evil" to them (WHATWG URL, section 4.4).
    static bool IsLocal(string text) =>
        text[0] == '/' && !text.StartsWith("//", StringComparison.Ordinal) && !text.Contains('\\', StringComparison.Ordinal) && !text.Any(char.IsControl);

    /// <summary>As a proxy may pass it on that decodes what it should not: the part before any query.</summary>
    static string Decoded(string text) => Uri.UnescapeDataString(text.Split('?', '#')[0]);
}
