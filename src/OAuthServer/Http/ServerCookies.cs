namespace OAuthServer.Http;

/// <summary>
/// The server's own cookies: out of reach of scripts and other sites, and over https bound to this host by the <c>__Host-</c> prefix
/// (RFC 6265bis section 4.1.3.2). Whether the connection counts as https follows from the public URL, never from the request.
/// </summary>
public sealed class ServerCookies(PublicUrl publicUrl)
{
    readonly bool isSecure = publicUrl.Value.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>The name on the wire.</summary>
    public string NameOf(string name) => isSecure ? "__Host-" + name : name;

    /// <summary>The value; null when there is none or it is too long to be one of ours.</summary>
    public string? Read(HttpRequest request, string name) =>
        request.Cookies.TryGetValue(NameOf(name), out var value) && value.Length is > 0 and <= 200 ? value : null;

    /// <param name="response">Gets the cookie.</param>
    /// <param name="name">Without prefix.</param>
    /// <param name="value">At most 200 characters.</param>
    /// <param name="lifetime">Null = until the browser is closed.</param>
    public void Write(HttpResponse response, string name, string value, TimeSpan? lifetime = null) =>
        response.Cookies.Append(NameOf(name), value, Options(lifetime));

    public void Delete(HttpResponse response, string name) => response.Cookies.Delete(NameOf(name), Options(null));

    CookieOptions Options(TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        Secure = isSecure,
        SameSite = SameSiteMode.Lax, // an app's link to the authorization endpoint comes from another site
        Path = "/",
        MaxAge = lifetime,
    };
}
