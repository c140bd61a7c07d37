namespace OAuthServer.Http;

/// <summary>
/// How this server's cookies are named and made: HttpOnly, SameSite=Lax, no Domain, bound to the public URL's path, and Secure where
/// that URL is https. On https a name says so itself, so that neither a neighbouring host nor plain http can plant one: <c>__Host-</c>
/// demands the path <c>/</c> (RFC 6265bis section 4.1.3.2); a public URL with a path of its own takes <c>__Secure-</c> instead.
/// </summary>
/// <param name="publicUrl">Decides, not the request: behind a proxy every request looks like http.</param>
public sealed class ServerCookies(PublicUrl publicUrl)
{
    readonly Uri url = new(publicUrl.Value);

    /// <summary>True where browsers get to this server by https.</summary>
    public bool AreSecure => url.Scheme == Uri.UriSchemeHttps;

    /// <summary>The name on the wire of the cookie called so in the code.</summary>
    public string NameOf(string name) => !AreSecure ? name : url.AbsolutePath == "/" ? "__Host-" + name : "__Secure-" + name;

    /// <summary>The attributes of every cookie; lasts as long as the browser, or the given time.</summary>
    public CookieOptions Options(TimeSpan? maxAge = null) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = maxAge,
        Path = url.AbsolutePath,
        SameSite = SameSiteMode.Lax,
        Secure = AreSecure,
    };

    /// <summary>The value the browser sent; null when there is none, or one too long to be ours.</summary>
    public string? Read(HttpRequest request, string name) => request.Cookies[NameOf(name)] is { Length: > 0 and <= 200 } value ? value : null;

    /// <summary>Sets a cookie.</summary>
    public void Set(HttpResponse response, string name, string value, TimeSpan? maxAge = null) =>
        response.Cookies.Append(NameOf(name), value, Options(maxAge));

    /// <summary>Takes a cookie back.</summary>
    public void Delete(HttpResponse response, string name) => response.Cookies.Delete(NameOf(name), Options());
}
